import { join } from 'node:path'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { test } from '@japa/runner'
import { MigrationRunner } from '@adonisjs/lucid/migration'

import { stubsRoot } from '../../stubs/main.ts'
import { readIndexes } from '../../src/database/indexes.ts'
import { createUsersTable } from '../app/tables.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { describeUsersKey } from '../../src/configure/users_key.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Publishes the migration as configure does, and runs it
 */
async function migrate({ app, db }: TestApp, keyType: string) {
  const usersKey = describeUsersKey('users', 'id', keyType)!
  const stubs = await app.stubs.create()
  const stub = await stubs.build('make/migration/guests.stub', { source: stubsRoot })
  const { contents } = await stub.prepare({
    usersKey,
    foreignKey: usersKey.foreignKey.join('\n        '),
    migration: { fileName: '1_create_guests_table.ts' },
  })

  await symlink(join(ROOT, 'node_modules'), app.makePath('node_modules'))
  await mkdir(app.migrationsPath(), { recursive: true })
  await writeFile(app.migrationsPath('1_create_guests_table.ts'), contents)

  const migrations = new MigrationRunner(db, app, { direction: 'up' })
  await migrations.run()
  if (migrations.error) {
    throw migrations.error
  }
}

test.group('Migration', () => {
  test('fits users with {$self} keys')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createTestApp({ userKey, createTables: false })
      cleanup(() => app.close())
      await createUsersTable(app.db, userKey)
      // MySQL lets a foreign key refer to a shorter string, so the default length will do
      await migrate(app, userKey)

      const user = await app.guestUsers.create({ visitKey: 'k'.repeat(64) })
      assert.isTrue(await app.guestUsers.isGuest(user))

      await user.delete()
      assert.equal(await app.count('guests'), 0)

      const indexes = await readIndexes(app.db.connection(), 'guests')
      assert.includeMembers(
        indexes.map(({ columns }) => columns.join()),
        ['created_at,user_id', 'last_seen_at,user_id', 'visit_key']
      )
    })

  test('touching a guest leaves created_at alone', async ({ assert, cleanup }) => {
    const app = await createTestApp({ createTables: false })
    cleanup(() => app.close())
    await createUsersTable(app.db, 'increments')
    await migrate(app, 'increments')

    const user = await app.guestUsers.create()
    const before = await app.guestUsers.find(user)
    await before!.merge({ createdAt: before!.createdAt.minus({ hours: 5 }) }).save()
    const { directory } = await app.guestUsers.engine.load()
    await directory.touch(user.$primaryKeyValue!)

    const after = await app.guestUsers.find(user)
    assert.isBelow(Math.abs(after!.createdAt.diff(before!.createdAt, 'seconds').seconds), 2)
  })
})
