import { join } from 'node:path'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { test } from '@japa/runner'
import { MigrationRunner } from '@adonisjs/lucid/migration'

import { stubsRoot } from '../../stubs/main.ts'
import { readIndexes } from '../../src/database/indexes.ts'
import { createUsersTable } from '../app/tables.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { describeUsersKey, readUsersKey, type UsersKey } from '../../src/configure/users_key.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { dialect } from '../app/test_database.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Publishes the migration as configure does, and runs it
 */
async function migrate({ app, db }: TestApp, key: string | UsersKey) {
  const usersKey = typeof key === 'string' ? describeUsersKey('users', 'id', key)! : key
  const stubs = await app.stubs.create()
  const stub = await stubs.build('make/migration/guests.stub', { source: stubsRoot })
  const { contents } = await stub.prepare({
    usersKey,
    foreignKey: usersKey.foreignKey.join('\n        '),
    migration: { path: app.migrationsPath('1_create_guests_table.ts') },
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

  if (dialect !== 'sqlite') {
    const types = {
      postgres: ['integer', 'bigint', 'uuid', 'varchar(20)', 'text', 'smallint', 'numeric(10)'],
      mariadb: [
        'int',
        'int unsigned',
        'bigint',
        'smallint unsigned',
        'char(36)',
        'varchar(26) collate ascii_bin',
        'binary(16)',
      ],
    }[dialect]

    test('fits users whose table says {$self}')
      .with(types)
      .run(async ({ assert, cleanup }, type) => {
        const app = await createTestApp({ createTables: false })
        cleanup(() => app.close())
        await app.db.rawQuery(
          `create table users (id ${type} primary key, full_name varchar(255),
            email varchar(191) not null unique, password varchar(255) not null)`
        )
        await migrate(app, (await readUsersKey(app.db.connection(), 'users', 'id'))!)
        const codes = (await examine(app.app)).map(({ code }) => code)
        assert.notInclude(codes, 'key-type-mismatch')
        assert.notInclude(codes, 'guests-foreign-key')
      })
  }

  test('reads no key where there is none', async ({ assert, cleanup }) => {
    const app = await createTestApp({ createTables: false })
    cleanup(() => app.close())
    assert.isNull(await readUsersKey(app.db.connection(), 'users', 'id'))
  })
})
