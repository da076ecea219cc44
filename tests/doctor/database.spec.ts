import { test } from '@japa/runner'
import { mkdir, writeFile } from 'node:fs/promises'

import { dialect } from '../app/test_database.ts'
import { readIndexes } from '../../src/database/indexes.ts'
import { createExaminedApp } from '../app/examined_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

type Schema = ReturnType<
  Awaited<ReturnType<typeof createExaminedApp>>['db']['connection']
>['schema']

/**
 * A healthy application whose tables were changed after its migrations
 */
async function createApp(
  change: (schema: () => Schema) => Promise<unknown>,
  options: TestAppOptions = {}
) {
  const app = await createExaminedApp(options)
  await change(() => app.db.connection().schema)
  return app
}

/**
 * The `guests` table again, a bit different from how the migration makes it
 */
type Columns = Parameters<Schema['createTable']>[1]
type TableBuilder = Parameters<Columns>[0]

function recreateGuests(userId: (table: TableBuilder) => void) {
  return async (schema: () => Schema) => {
    await schema().dropTable('guests')
    await schema().createTable('guests', (table) => {
      userId(table)
      table.timestamp('created_at').notNullable()
      table.timestamp('last_seen_at').notNullable()
      table.string('visit_key', 64).nullable().unique()
      table.index(['created_at', 'user_id'])
      table.index(['last_seen_at', 'user_id'])
    })
  }
}

test.group('Doctor: database', () => {
  test('database-unreachable: nothing listens', async ({ assert, cleanup }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    app.db.manager.add('elsewhere', {
      client: 'pg',
      connection: { host: '127.0.0.1', port: 1, user: 'nobody', database: 'nothing' },
    })
    app.User.connection = 'elsewhere'

    const finding = await app.findOne()
    assert.equal(finding.code, 'database-unreachable')
    assert.equal(finding.severity, 'error')
    assert.match(
      finding.message,
      /the connection "elsewhere" of "config\/database\.ts".*ECONNREFUSED/
    )
    assert.match(finding.fix, /"config\/database\.ts"/)
  })

  test('database-unreachable: no such connection', async ({ assert, cleanup }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    app.User.connection = 'missing'
    const finding = await app.findOne()
    assert.equal(finding.code, 'database-unreachable')
    assert.include(finding.message, '"missing"')
  })
})

test.group('Doctor: migrations', () => {
  test('missing-guests-table', async ({ assert, cleanup }) => {
    const app = await createApp((schema) => schema().dropTable('guests'))
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'missing-guests-table')
    assert.include(finding.message, '"guests"')
    assert.match(finding.fix, /node ace configure adonisjs-guest-user.*node ace migration:run/)

    await mkdir(app.app.migrationsPath(), { recursive: true })
    await writeFile(app.app.migrationsPath('1_create_guests_table.ts'), '')
    assert.equal((await app.findOne()).fix, 'Run "node ace migration:run"')
  })

  test('missing-users-table', async ({ assert, cleanup }) => {
    const app = await createApp(async (schema) => {
      await schema().dropTable('guests')
      await schema().dropTable('notes')
      await schema().dropTable('users')
    })
    cleanup(() => app.close())
    assert.deepEqual(await app.codes(), ['missing-users-table', 'missing-guests-table'])
    const [finding] = await app.find()
    assert.match(finding.message, /table "users" of the model "User"/)
    assert.include(finding.fix, 'node ace migration:run')
  })

  test('missing-guests-column: {$self}')
    .with(['created_at', 'last_seen_at', 'visit_key'])
    .run(async ({ assert, cleanup }, column) => {
      const app = await createApp((schema) =>
        schema().alterTable('guests', (table) => {
          if (column === 'visit_key') table.dropUnique([column])
          else table.dropIndex([column, 'user_id'])
          table.dropColumn(column)
        })
      )
      cleanup(() => app.close())

      const finding = await app.findOne()
      assert.equal(finding.code, 'missing-guests-column')
      assert.match(finding.message, new RegExp(`table "guests" has no column "${column}"`))
      await app.applyFix(finding)
      assert.deepEqual(await app.find(), [])
    })

  test('missing-guests-column: of a guest model of their own', async ({ assert, cleanup }) => {
    const { Guest } = await import('../../src/models/guest.ts')
    class OwnGuest extends Guest {
      static table = 'guests'
    }
    OwnGuest.boot()
    OwnGuest.$addColumn('campaign', {})
    const app = await createExaminedApp({ guestUser: { guestModel: async () => OwnGuest } })
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'missing-guests-column')
    assert.match(finding.message, /"campaign", which the model "OwnGuest" wants/)
    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })
})

test.group('Doctor: the guests table', () => {
  test('key-type-mismatch: another kind of key', async ({ assert, cleanup }) => {
    const app = await createApp(
      recreateGuests((table) => table.integer('user_id').unsigned().primary()),
      { userKey: 'uuid' }
    )
    cleanup(() => app.close())

    assert.deepEqual(await app.codes(), ['key-type-mismatch', 'guests-foreign-key'])
    const [finding] = await app.find()
    assert.equal(finding.severity, 'error')
    assert.match(
      finding.message,
      /"guests\.user_id" is int\S*( unsigned)?, but .*"users\.id" is (char\(36\)|uuid)/
    )
    assert.match(finding.fix, /\ntable\.(uuid\('user_id'\)|string\('user_id', 36\))$/)
  })

  if (dialect !== 'sqlite') {
    test('key-type-mismatch: a smaller key', async ({ assert, cleanup }) => {
      const app = await createApp(
        recreateGuests((table) => table.integer('user_id').unsigned().primary()),
        { userKey: 'bigIncrements' }
      )
      cleanup(() => app.close())

      for (const code of ['key-type-mismatch', 'guests-foreign-key']) {
        const [finding] = await app.find()
        assert.equal(finding.code, code)
        await app.applyFix(finding)
      }
      assert.deepEqual(await app.find(), [])
    })

    test('key-type-mismatch: a shorter string', async ({ assert, cleanup }) => {
      const app = await createApp(
        recreateGuests((table) => table.string('user_id', 19).primary()),
        { userKey: 'string' }
      )
      cleanup(() => app.close())
      const [finding] = await app.find()
      assert.equal(finding.code, 'key-type-mismatch')
      await app.applyFix(finding)
      assert.deepEqual(await app.codes(), ['guests-foreign-key'])
    })
  }

  test('a longer string is fine', async ({ assert, cleanup }) => {
    const app = await createApp(
      recreateGuests((table) =>
        table.string('user_id').primary().references('id').inTable('users').onDelete('CASCADE')
      ),
      { userKey: 'string' }
    )
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })

  test('guests-foreign-key: {name}')
    .with([
      { name: 'missing', rule: null, message: /is no foreign key to "users\.id"/ },
      { name: 'RESTRICT', rule: 'RESTRICT', message: /says ON DELETE RESTRICT/ },
    ])
    .run(async ({ assert, cleanup }, { rule, message }) => {
      const app = await createApp(
        recreateGuests((table) => {
          const column = table.integer('user_id').unsigned().primary()
          if (rule) {
            column.references('id').inTable('users').onDelete(rule)
          }
        })
      )
      cleanup(() => app.close())

      const finding = await app.findOne()
      assert.equal(finding.code, 'guests-foreign-key')
      assert.match(finding.message, message)
      await app.applyFix(finding)
      assert.deepEqual(await app.find(), [])
    })

  test('guests-user-id-not-unique', async ({ assert, cleanup }) => {
    const app = await createApp(
      recreateGuests((table) =>
        table
          .integer('user_id')
          .unsigned()
          .notNullable()
          .references('id')
          .inTable('users')
          .onDelete('CASCADE')
      )
    )
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'guests-user-id-not-unique')
    assert.include(finding.message, '"guests.user_id"')
    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })

  test('visit-key-not-unique', async ({ assert, cleanup }) => {
    const app = await createApp((schema) =>
      schema().alterTable('guests', (table) => void table.dropUnique(['visit_key']))
    )
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'visit-key-not-unique')
    assert.include(finding.message, '"guests.visit_key"')
    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })

  test('unindexed-expiry: {expireBy}')
    .with([
      { expireBy: 'lastSeenAt', maxAge: '2h', column: 'last_seen_at' },
      { expireBy: 'createdAt', maxAge: '30 days', column: 'created_at' },
    ] as const)
    .run(async ({ assert, cleanup }, { column, ...guestUser }) => {
      const app = await createApp(
        (schema) =>
          schema().alterTable('guests', (table) => void table.dropIndex([column, 'user_id'])),
        { guestUser }
      )
      cleanup(() => app.close())

      const finding = await app.findOne()
      assert.equal(finding.code, 'unindexed-expiry')
      assert.include(finding.message, `"guests.${column}"`)
      await app.applyFix(finding)
      assert.deepEqual(await app.find(), [])
    })

  test('short-expiry-index: {userKey}')
    .with([
      { userKey: 'increments', needed: dialect === 'postgres' },
      { userKey: 'bigIncrements', needed: dialect !== 'mariadb' },
      { userKey: 'uuid', needed: dialect !== 'mariadb' },
      { userKey: 'string', needed: dialect !== 'mariadb' },
    ] as const)
    .run(async ({ assert, cleanup }, { userKey, needed }) => {
      const app = await createApp(
        (schema) =>
          schema().alterTable('guests', (table) => {
            for (const column of ['created_at', 'last_seen_at']) {
              table.dropIndex([column, 'user_id'])
              table.index([column])
            }
          }),
        { userKey }
      )
      cleanup(() => app.close())
      if (!needed) {
        assert.deepEqual(await app.find(), [])
        return
      }

      const finding = await app.findOne()
      assert.equal(finding.code, 'short-expiry-index')
      assert.include(finding.message, '"guests.created_at" and that on "guests.last_seen_at"')
      await app.applyFix(finding)
      assert.deepEqual(await app.find(), [])
      const indexes = await readIndexes(app.db.connection(), 'guests')
      assert.isFalse(indexes.some(({ columns }) => columns.join() === 'last_seen_at'))
    })
})
