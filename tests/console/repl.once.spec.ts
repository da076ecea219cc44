import { join } from 'node:path'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { test } from '@japa/runner'

import { AceApp } from '../app/ace_app.ts'
import { createTestDatabase } from '../app/test_database.ts'

test.group('node ace repl', () => {
  test('loadGuestUsers() loads the service', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    cleanup(() => database.drop())
    const app = await AceApp.create(database)
    cleanup(() => app.remove())
    const file = join(app.folder, 'adonisrc.ts')
    const settings = await readFile(file, 'utf-8')
    await writeFile(
      file,
      settings
        .replace('commands: [', "commands: [() => import('@adonisjs/core/commands'), ")
        .replace(
          'providers: [',
          "providers: [() => import('@adonisjs/core/providers/repl_provider'), "
        )
    )

    const repl = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'console.ts', 'repl'], {
      cwd: app.folder,
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: '0',
        NO_COLOR: '1',
        HOME: app.folder,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let output = ''
    repl.stdout.setEncoding('utf-8').on('data', (chunk) => (output += chunk))
    repl.stdout.on('data', () => {
      if (output.includes('Loaded') && !repl.stdin.writableEnded) {
        repl.stdin.end('guestUsers.config.maxAge * 2\n.exit\n')
      }
    })
    repl.stdin.write('await loadGuestUsers()\n')
    await once(repl, 'close')
    assert.include(output, 'Loaded the service of guest users')
    assert.include(output, String(2 * 2 * 3600 * 1000))
  }).timeout(60_000)
})
