import { test } from '@japa/runner'

import { Guest } from '../../src/models/guest.ts'
import { dialect } from '../app/test_database.ts'
import type { TestAppOptions } from '../app/test_app.ts'
import { createExaminedApp } from '../app/examined_app.ts'

type App = Awaited<ReturnType<typeof createExaminedApp>>
type Schema = ReturnType<App['db']['connection']>['schema']
type Columns = Parameters<Schema['createTable']>[1]
type TableBuilder = Parameters<Columns>[0]

/**
 * Applies one fix after the other, until there is nothing to find
 *
 * @returns the codes of the findings that were fixed
 */
async function fixAll(app: App): Promise<string[]> {
  const fixed: string[] = []
  for (;;) {
    const [finding] = await app.find()
    if (!finding) {
      return fixed
    }
    if (fixed.includes(finding.code)) {
      throw new Error(`Its own fix does not satisfy the doctor: ${JSON.stringify(finding)}`)
    }
    fixed.push(finding.code)
    await app.applyFix(finding)
  }
}

/**
 * Users with another key than `increments`, and guests who do not fit it
 */
function createApp(
  usersId: string,
  userId: (table: TableBuilder) => void,
  options: TestAppOptions = {}
) {
  return createExaminedApp({
    ...options,
    createTables: false,
    async prepare({ db }) {
      await db.rawQuery(
        `create table users (id ${usersId} primary key, full_name varchar(255),
          email varchar(191) not null unique, password varchar(255) not null)`
      )
      await db.connection().schema.createTable('guests', (table) => {
        userId(table)
        table.timestamp('created_at').notNullable().defaultTo('2000-01-01 00:00:00')
        table.timestamp('last_seen_at').notNullable().defaultTo('2000-01-01 00:00:00')
        table.string('visit_key', 64).nullable().unique()
        table.index(['created_at', 'user_id'])
        table.index(['last_seen_at', 'user_id'])
      })
    },
  })
}

test.group('Doctor: its own fixes', () => {
  test('a guest whose user is gone does not prevent the foreign key', async ({
    assert,
    cleanup,
  }) => {
    const app = await createExaminedApp({
      async prepare({ db }) {
        await db.connection().schema.dropTable('guests')
        await db.connection().schema.createTable('guests', (table) => {
          table.integer('user_id').unsigned().primary()
          table.timestamp('created_at').notNullable()
          table.timestamp('last_seen_at').notNullable()
          table.string('visit_key', 64).nullable().unique()
          table.index(['created_at', 'user_id'])
          table.index(['last_seen_at', 'user_id'])
        })
      },
    })
    cleanup(() => app.close())
    const [gone, guest] = [await app.guestUsers.create(), await app.guestUsers.create()]
    await gone.delete()

    assert.deepEqual(await fixAll(app), ['guests-foreign-key'])
    const rows = await app.db.from('guests')
    assert.deepEqual(
      rows.map((row) => row.user_id),
      [guest.$primaryKeyValue]
    )
  })

  test('equal visit keys do not prevent the unique key', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      async prepare({ db }) {
        await db.connection().schema.alterTable('guests', (table) => {
          table.dropUnique(['visit_key'])
        })
      },
    })
    cleanup(() => app.close())
    await app.guestUsers.create({ visitKey: 'same' })
    await app.guestUsers.create({ visitKey: 'same' })
    assert.deepEqual(await fixAll(app), ['visit-key-not-unique'])
    assert.equal(await app.count('guests'), 2)
  })

  if (dialect === 'mariadb') {
    test('signed keys: {wrong}')
      .with([
        { wrong: 'unsigned', userId: (table) => table.integer('user_id').unsigned().primary() },
        { wrong: 'bigger', userId: (table) => table.bigInteger('user_id').primary() },
      ] as { wrong: string; userId: (table: TableBuilder) => void }[])
      .run(async ({ assert, cleanup }, { userId }) => {
        const app = await createApp('int auto_increment', userId)
        cleanup(() => app.close())
        assert.deepEqual(await fixAll(app), ['key-type-mismatch', 'guests-foreign-key'])
        const user = await app.guestUsers.create()
        assert.isTrue(await app.guestUsers.isGuest(user))
      })

    test('keys with a collation of their own', async ({ assert, cleanup }) => {
      const app = await createApp(
        'varchar(26) collate ascii_bin',
        (table) => void table.string('user_id', 26).primary(),
        { userKey: 'string' }
      )
      cleanup(() => app.close())
      const [finding] = await app.find()
      assert.match(finding.message, /varchar\(26\) utf8mb4_\w+, but .* varchar\(26\) ascii_bin/)
      assert.deepEqual(await fixAll(app), ['key-type-mismatch', 'guests-foreign-key'])
    })

    test('a shorter string that a foreign key uses', async ({ assert, cleanup }) => {
      const app = await createApp(
        'varchar(26)',
        (table) => {
          table.string('user_id', 20).primary()
          table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
        },
        { userKey: 'string' }
      )
      cleanup(() => app.close())
      assert.deepEqual(await fixAll(app), ['key-type-mismatch'])
    })

    test('a search in a TEXT', async ({ assert, cleanup }) => {
      const app = await createExaminedApp({
        guestUser: { admin: { search: ['fullName'] } },
        async prepare({ db }) {
          await db.rawQuery('alter table users modify full_name text not null')
        },
      })
      cleanup(() => app.close())
      app.User.before('create', (user: any) => void (user.fullName ??= ''))
      assert.deepEqual(await fixAll(app), ['unindexed-search'])
      const [column] = await app.db.rawQuery('show columns from users like "full_name"')
      assert.deepInclude(column[0], { Type: 'varchar(255)', Null: 'NO' })
    })
  }

  if (dialect === 'postgres') {
    test('guests in a schema of their own', async ({ assert, cleanup }) => {
      class AuthGuest extends Guest {
        static table = 'auth.guests'
      }
      const app = await createExaminedApp({
        userKey: 'bigIncrements',
        guestUser: {
          guestModel: async () => AuthGuest,
          admin: { authorize: () => true, search: ['fullName'] },
        },
        async prepare({ db, User }) {
          await db.rawQuery(`
            create schema auth;
            drop table guests;
            create table auth.guests (user_id int not null, last_seen_at timestamptz not null);
            drop table notes;
            alter table users set schema auth;
            create table auth.notes (user_id bigint references auth.users (id))`)
          User.table = 'auth.users'
        },
      })
      cleanup(() => app.close())
      for (const finding of await app.find()) {
        await app.applyFix(finding)
      }
      assert.sameMembers(await fixAll(app), [
        'key-type-mismatch',
        'guests-foreign-key',
        'guests-user-id-not-unique',
        'unindexed-expiry',
        'blocking-foreign-key',
        'unindexed-foreign-key',
        'unindexed-search',
      ])
    })
  }
})
