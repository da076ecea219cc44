import { join } from 'node:path'
import { mkdir, writeFile } from 'node:fs/promises'
import { test } from '@japa/runner'

import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { readUsersKey } from '../../src/configure/users_key.ts'
import { withUsersDatabase } from '../../src/configure/users_database.ts'

test.group('The database of the users, while the package is configured', () => {
  test('is that of their connection', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    const app = await createTestApp({ database, userKey: 'bigIncrements' })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    const connections = {
      main: { client: 'better-sqlite3', connection: { filename: ':memory:' } },
      tenant: { ...database.connection, pool: undefined, migrations: { paths: ['tenant'] } },
    }
    await mkdir(app.app.configPath())
    await writeFile(
      app.app.configPath('database.ts'),
      `export default ${JSON.stringify({ connection: 'main', connections })}`
    )

    await withUsersDatabase(app.app, 'tenant', async (users) => {
      assert.deepEqual(users.migrationFolders, [join(app.app.makePath(), 'tenant')])
      assert.equal(users.connectionFlag, ' --connection=tenant')
      const key = await readUsersKey(users.client!, 'users', 'id')
      // On SQLite, the migration says more
      const expected = dialect === 'sqlite' ? undefined : [`.bigInteger('user_id')`, '.unsigned()']
      assert.deepEqual(key?.foreignKey, expected)
    })
    await withUsersDatabase(app.app, undefined, async (users) => {
      assert.deepEqual(users.migrationFolders, [app.app.migrationsPath()])
      assert.equal(users.connectionFlag, '')
      assert.equal(users.client?.connectionName, 'main')
    })
  })

  test('is unknown without its configuration', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await withUsersDatabase(app.app, 'tenant', async (users) => {
      assert.deepEqual(users, { migrationFolders: [app.app.migrationsPath()], connectionFlag: '' })
    })
  })
})
