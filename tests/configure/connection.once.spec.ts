import { join } from 'node:path'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

import { test } from '@japa/runner'

import { AceApp } from '../app/ace_app.ts'
import { createTestDatabase } from '../app/test_database.ts'

const ROOT = join(import.meta.dirname, '../..')
const PACKAGE = pathToFileURL(join(ROOT, 'index.ts')).href
const source = (path: string) => pathToFileURL(join(ROOT, path)).href

/**
 * `configure` adds what the application, which imports the package by its path,
 * has already
 */
const KERNEL = `
  import router from '@adonisjs/core/services/router'

  router.use([
    () => import('@adonisjs/core/bodyparser_middleware'),
    () => import('@adonisjs/session/session_middleware'),
    () => import('@adonisjs/auth/initialize_auth_middleware'),
    () => import('${source('src/middleware/initialize_guest_user_middleware.ts')}'),
  ])

  export const middleware = router.named({})`

const RC_FILE = `
  import { defineConfig } from '@adonisjs/core/app'

  export default defineConfig({
    commands: [
      () => import('@adonisjs/core/commands'),
      () => import('@adonisjs/lucid/commands'),
      () => import('./commands.ts'),
    ],
    providers: [
      () => import('@adonisjs/core/providers/app_provider'),
      () => import('@adonisjs/core/providers/hash_provider'),
      () => import('@adonisjs/session/session_provider'),
      () => import('@adonisjs/lucid/database_provider'),
      () => import('@adonisjs/auth/auth_provider'),
      () => import('${source('providers/guest_user_provider.ts')}'),
    ],
    preloads: [() => import('./start/routes.ts'), () => import('./start/kernel.ts')],
  })`

const USERS = `
  import { BaseSchema } from '@adonisjs/lucid/schema'

  export default class extends BaseSchema {
    async up() {
      this.schema.createTable('users', (table) => {
        table.bigIncrements('id')
        table.string('full_name').nullable()
        table.string('email', 191).notNullable().unique()
        table.string('password').notNullable()
      })
    }
  }`

/**
 * An application whose users are not in the database of the default connection
 */
async function createApp(tenant: Record<string, unknown>) {
  const [main, connection] = [
    { client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true },
    { ...tenant, debug: false, pool: undefined, migrations: { paths: ['database/tenant'] } },
  ]
  return AceApp.create(
    { connection: main },
    {
      'adonisrc.ts': RC_FILE,
      'start/kernel.ts': KERNEL,
      'config/database.ts': `
        import { defineConfig } from '@adonisjs/lucid'

        export default defineConfig({
          connection: 'main',
          connections: { main: ${JSON.stringify(main)}, tenant: ${JSON.stringify(connection)} },
        })`,
      'app/user.ts': `
        import hash from '@adonisjs/core/services/hash'
        import { createUserModel } from '${source('tests/app/user_model.ts')}'

        export default class User extends createUserModel(hash, 'increments') {
          static table = 'users'
          static connection = 'tenant'
        }`,
      'database/tenant/1_create_users_table.ts': USERS,
    }
  )
}

test.group('Users on another connection', () => {
  test('configure, migration and doctor speak of that one', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    const app = await createApp(database.connection)
    cleanup(async () => {
      await app.remove()
      await database.drop()
    })
    const diagnose = async () => {
      const { stdout } = await app.ace('guest:doctor', '--json')
      return JSON.parse(stdout).findings
    }

    await app.ace('migration:run', '--connection=tenant')
    const [missing] = await diagnose()
    assert.equal(missing.code, 'missing-guests-table')
    assert.include(missing.fix, '"node ace migration:run --connection=tenant"')

    const { stdout, stderr } = await app.ace('configure', PACKAGE, '--user-model=./app/user.ts')
    assert.include(stdout, 'node ace migration:run --connection=tenant', stdout + stderr)
    assert.match(stdout, /"app\/controllers\/new_account_controller\.ts" is left as it is/)
    const files = await readdir(join(app.folder, 'database/tenant'))
    const file = files.find((name) => name.endsWith('_create_guests_table.ts'))
    const migration = await readFile(join(app.folder, 'database/tenant', file!), 'utf-8')
    assert.include(migration, `.bigInteger('user_id')`)

    await writeFile(join(app.folder, 'adonisrc.ts'), RC_FILE)
    await writeFile(join(app.folder, 'start/kernel.ts'), KERNEL)
    const again = await app.ace('migration:run', '--connection=tenant')
    assert.equal(again.exitCode, 0, again.stdout + again.stderr)
    assert.deepEqual(await diagnose(), [])
  }).timeout(90_000)
})
