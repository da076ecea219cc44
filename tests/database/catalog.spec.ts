import { test } from '@japa/runner'

import { createTestApp } from '../app/test_app.ts'
import { dialect } from '../app/test_database.ts'
import { readForeignKeys } from '../../src/database/foreign_keys.ts'
import { readUniqueKeys } from '../../src/database/unique_keys.ts'
import { findTakenColumns } from '../../src/database/taken_columns.ts'

async function createApp() {
  const app = await createTestApp()
  await app.db.connection().schema.createTable('likes', (table) => {
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL')
    table.integer('post_id').unsigned()
    table.unique(['user_id', 'post_id'], { indexName: 'one_like' })
  })
  return app
}

test.group('The catalogue', () => {
  test('tells the foreign keys that point at the users', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const keys = await readForeignKeys(app.db.connection(), 'users')
    assert.deepEqual(
      keys.map(({ table, columns, referencedColumns, onDelete }) => ({
        table,
        columns,
        referencedColumns,
        onDelete,
      })),
      [
        { table: 'guests', columns: ['user_id'], referencedColumns: ['id'], onDelete: 'cascade' },
        { table: 'likes', columns: ['user_id'], referencedColumns: ['id'], onDelete: 'set null' },
        { table: 'notes', columns: ['user_id'], referencedColumns: ['id'], onDelete: 'cascade' },
      ]
    )
    assert.equal(keys[2].name, dialect === 'sqlite' ? null : 'notes_user_id_foreign')
    assert.deepEqual(await readForeignKeys(app.db.connection(), 'nothing'), [])
  })

  test('tells foreign keys of several columns', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('teams', (table) => {
      table.integer('country')
      table.integer('number')
      table.primary(['country', 'number'])
    })
    await app.db.connection().schema.createTable('players', (table) => {
      table.integer('team_number')
      table.integer('team_country')
      table
        .foreign(['team_country', 'team_number'])
        .references(['country', 'number'])
        .inTable('teams')
    })

    const [key] = await readForeignKeys(app.db.connection(), 'teams')
    assert.deepEqual(key.columns, ['team_country', 'team_number'])
    assert.deepEqual(key.referencedColumns, ['country', 'number'])
    assert.oneOf(key.onDelete, ['no action', 'restrict'])
  })

  test('tells the unique keys of a table', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const columns = async (table: string) =>
      (await readUniqueKeys(app.db.connection(), table)).map((key) => key.columns)
    assert.deepEqual(await columns('likes'), [['user_id', 'post_id']])
    assert.sameDeepMembers(await columns('users'), [['id'], ['email']])
    assert.sameDeepMembers(await columns('guests'), [['user_id'], ['visit_key']])
    assert.deepEqual(await columns('nothing'), [])
  })

  test('leaves out unique keys over expressions and parts of a table', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const statements = {
      sqlite: [
        'create unique index part on notes (user_id) where body is null',
        'create unique index expression on notes (lower(body))',
      ],
      postgres: [
        'create unique index part on notes (user_id) where body is null',
        'create unique index expression on notes (lower(body))',
      ],
      mariadb: ['create unique index prefix on notes (body(5))'],
    }[dialect]
    for (const statement of statements) {
      await app.db.rawQuery(statement)
    }
    assert.deepEqual(await readUniqueKeys(app.db.connection(), 'notes').then(names), [['id']])

    function names(keys: { columns: string[] }[]) {
      return keys.map((key) => key.columns)
    }
  })

  test('tells which columns an error is about', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const client = app.db.connection()
    const fail = (table: string, row: object) =>
      client
        .table(table)
        .insert(row)
        .then(
          () => null,
          (error) => error
        )

    const user = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const taken = await fail('users', { email: 'ann@example.com', password: 'x' })
    assert.deepEqual(await findTakenColumns(client, 'users', taken), ['email'])
    assert.deepEqual(await findTakenColumns(client, 'likes', new Error('something else')), [])

    await fail('likes', { user_id: user.id, post_id: 1 })
    const twice = await fail('likes', { user_id: user.id, post_id: 1 })
    assert.deepEqual(await findTakenColumns(client, 'likes', twice), ['user_id', 'post_id'])
    assert.deepEqual(await findTakenColumns(client, 'users', twice), [])
  })
})
