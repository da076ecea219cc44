import { test } from '@japa/runner'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

import { readAsset } from '../../src/pages/asset.ts'

test.group('Assets of the pages', () => {
  test('a file that cannot be read is read again', async ({ assert, cleanup }) => {
    const { readFile } = fs
    const restore = () => {
      fs.readFile = readFile
      syncBuiltinESMExports()
    }
    cleanup(restore)
    fs.readFile = async () => {
      throw new Error('EMFILE: too many open files')
    }
    syncBuiltinESMExports()
    await assert.rejects(() => readAsset('admin.js'), /EMFILE/)

    restore()
    assert.include((await readAsset('admin.js')).text, 'document')
  })
})
