import { test } from '@japa/runner'

import { FreshApp } from './fresh_app.ts'
import { readPage, readRecipe } from './documentation.ts'

const PAGE = 'docs/testing.md'

/**
 * What the starter kits have besides, for their tests
 */
const TEST_RUNNER = `
process.env.NODE_ENV = 'test'

import 'reflect-metadata'
import { Ignitor } from '@adonisjs/core'
import { configure, processCLIArgs, run } from '@japa/runner'

const APP_ROOT = new URL('../', import.meta.url)

new Ignitor(APP_ROOT, {
  importer: (path) => import(path.startsWith('.') ? new URL(path, APP_ROOT).href : path),
})
  .tap((app) => {
    app.booting(async () => void (await import('#start/env')))
  })
  .testRunner()
  .configure(async (app) => {
    const { runnerHooks, ...config } = await import('../tests/bootstrap.js')
    processCLIArgs(process.argv.splice(2))
    configure({
      ...app.rcFile.tests,
      ...config,
      setup: runnerHooks.setup,
      teardown: [...runnerHooks.teardown, () => app.terminate()],
    })
  })
  .run(() => run())
  .catch((error) => {
    process.exitCode = 1
    console.error(error)
  })
`

const SESSION = `
import env from '#start/env'
import { defineConfig, stores } from '@adonisjs/session'

export default defineConfig({
  cookieName: 'adonis-session',
  age: '2h',
  store: env.get('SESSION_DRIVER'),
  stores: { cookie: stores.cookie() },
})
`

test.group('The page about testing, in a fresh application', () => {
  test('its tests pass as they stand', async ({ assert, cleanup }) => {
    const app = await FreshApp.createConfigured(['@japa/assert'])
    cleanup(() => app.remove())
    await app.write('bin/test.ts', TEST_RUNNER)
    await app.write('config/session.ts', SESSION)
    await app.edit('start/env.ts', (env) =>
      env.replace(
        'PORT:',
        "SESSION_DRIVER: Env.schema.enum(['cookie', 'memory'] as const),\n  PORT:"
      )
    )

    await app.edit('.env', (env) => `${env}SESSION_DRIVER=cookie\n`)

    const page = await readPage(PAGE)
    const recipe = await readRecipe(PAGE)
    const [, environment] = /```sh\n# \.env\.test\n(.*?)```/s.exec(page)!
    await app.write('.env.test', environment)
    const [, suite] = /```ts\n\/\/ adonisrc\.ts[^\n]*\n(.*?)```/s.exec(page)!
    await app.edit('adonisrc.ts', (rc) =>
      rc.replace('metaFiles:', `tests: { suites: [${suite}], forceExit: false },\n  metaFiles:`)
    )
    const { 'start/routes.ts': routes, ...files } = recipe
    await app.edit('start/routes.ts', (text) => {
      const imported = /^import (router|\{ middleware \}) .*\n/gm
      const open = text.replace('middleware.guest()', 'middleware.unregisteredOnly()')
      return open + routes.replaceAll(imported, '')
    })
    for (const [path, contents] of Object.entries(files)) {
      await app.write(path, contents)
    }
    assert.equal(await app.typecheck(), '')

    const migration = await app.ace('migration:run')
    assert.equal(migration.exitCode, 0, migration.output)
    const { exitCode, output } = await app.ace('test', 'functional')
    assert.equal(exitCode, 0, output)
    assert.match(output, /Tests +6 passed/)
  })
})
