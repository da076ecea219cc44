import { test } from '@japa/runner'

import { createDiagnosedApp } from '../app/diagnosed_app.ts'

/**
 * An application that prints whenever it can, and queries the database while it
 * starts
 */
function createApp() {
  return createDiagnosedApp({
    'config/hash.ts': `
      import { defineConfig, drivers } from '@adonisjs/core/hash'

      console.log('boots')
      export default defineConfig({ default: 'scrypt', list: { scrypt: drivers.scrypt({}) } })`,
    'start/routes.ts': `
      import app from '@adonisjs/core/services/app'
      import db from '@adonisjs/lucid/services/db'

      console.log('starts')
      await db.rawQuery('select 1 as asked_by_a_preload')
      app.ready(() => void process.stdout.write('is ready'))
      app.terminating(() => console.log('shuts down'))`,
  })
}

test.group('The output of the commands, in a process of their own', (group) => {
  group.each.timeout(60_000)

  test('{$self} prints one JSON object, whatever the application prints')
    .with(['guest:cleanup', 'guest:doctor'])
    .run(async ({ assert, cleanup }, name) => {
      const app = await createApp()
      cleanup(() => app.remove())
      const { exitCode, stdout, stderr } = await app.ace(name, '--json')
      assert.isObject(JSON.parse(stdout))
      for (const line of ['boots', 'starts', 'is ready', 'shuts down']) {
        assert.include(stderr, line)
      }
      assert.equal(exitCode, 0)
    })

  test('{name} does not print queries')
    .with([
      { name: 'guest:cleanup', line: /No guest has expired/ },
      { name: 'guest:doctor', line: /Nothing is wrong with the guests/ },
    ])
    .run(async ({ assert, cleanup }, { name, line }) => {
      const app = await createApp()
      cleanup(() => app.remove())
      const { exitCode, stdout, stderr } = await app.ace(name)
      assert.match(stdout, line)
      assert.notMatch(stdout + stderr, /select|guests" |`guests`/i)
      assert.equal(exitCode, 0)
    })

  test('guest:cleanup fails when the application does not start', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp({
      'start/routes.ts': `throw new Error('a typing error')`,
    })
    cleanup(() => app.remove())
    const { exitCode, stdout, stderr } = await app.ace('guest:cleanup', '--json')
    assert.equal(stdout, '')
    assert.include(stderr, 'a typing error')
    assert.equal(exitCode, 1)
  })
})
