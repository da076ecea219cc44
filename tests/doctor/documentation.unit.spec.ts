import { test } from '@japa/runner'
import { readFile } from 'node:fs/promises'

import { SEVERITIES } from '../../src/doctor/finding.ts'

const PAGE = new URL('../../docs/doctor.md', import.meta.url)
const ROW = /^\| `([\w-]+)` +\| (\w+) +\|/gm

test.group('docs/doctor.md', () => {
  test('lists every code with its severity', async ({ assert }) => {
    const rows = [...(await readFile(PAGE, 'utf-8')).matchAll(ROW)]
    assert.deepEqual(
      rows.map(([, code, severity]) => [code, severity]).sort(),
      Object.entries(SEVERITIES).sort()
    )
  })
})
