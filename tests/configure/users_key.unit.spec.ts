import { test } from '@japa/runner'

import { describeUsersKey, findUsersKey } from '../../src/configure/users_key.ts'

function migration(table: string, key: string) {
  return `
    export default class extends BaseSchema {
      protected tableName = '${table}'
      async up() {
        this.schema.createTable(this.tableName, (table) => {
          ${key}
          table.string('email').unique()
        })
      }
    }`
}

test.group('findUsersKey', () => {
  test('reads {key}')
    .with([
      {
        key: `table.increments('id').notNullable()`,
        calls: [`.integer('user_id')`, '.unsigned()'],
      },
      { key: `table.increments('id')`, calls: [`.integer('user_id')`, '.unsigned()'] },
      { key: 'table.increments()', calls: [`.integer('user_id')`, '.unsigned()'] },
      { key: 'table.bigIncrements()', calls: [`.bigInteger('user_id')`, '.unsigned()'] },
      { key: `table.bigIncrements("id")`, calls: [`.bigInteger('user_id')`, '.unsigned()'] },
      { key: `table.uuid('id').primary()`, calls: [`.uuid('user_id')`] },
      { key: `table.integer('id').primary()`, calls: [`.integer('user_id')`] },
      {
        key: `table.integer('id').unsigned().primary()`,
        calls: [`.integer('user_id')`, '.unsigned()'],
      },
      {
        key: `table.bigInteger('id').primary()\n table.integer('age').unsigned()`,
        calls: [`.bigInteger('user_id')`],
      },
      { key: `table.string('id', 26).primary()`, calls: [`.string('user_id', 26)`] },
      { key: `table\n            .uuid('id').primary()`, calls: [`.uuid('user_id')`] },
    ])
    .run(async ({ assert, fs }, { key, calls }) => {
      await fs.create('1_create_users_table.ts', migration('users', key))
      assert.deepEqual(await findUsersKey([fs.basePath], 'users', 'id'), {
        table: 'users',
        column: 'id',
        foreignKey: calls,
      })
    })

  test('does not take the key of another table', async ({ assert, fs }) => {
    await fs.create('1_create_posts_table.ts', migration('posts', `table.uuid('id')`))
    await fs.create(
      '2_create_accounts_table.ts',
      migration('accounts', `table.bigIncrements('pk')`)
    )
    assert.isNull(await findUsersKey([fs.basePath], 'users', 'id'))
    assert.deepEqual(await findUsersKey([fs.basePath], 'accounts', 'pk'), {
      table: 'accounts',
      column: 'pk',
      foreignKey: [`.bigInteger('user_id')`, '.unsigned()'],
    })
  })

  test('takes the right table of several', async ({ assert, fs }) => {
    await fs.create(
      '1_create_all_tables.ts',
      `this.schema.createTable('teams', (table) => { table.uuid('id') })
       this.schema.createTable('users', (table) => { table.bigIncrements('id') })`
    )
    const found = await findUsersKey([fs.basePath], 'users', 'id')
    assert.deepEqual(found?.foreignKey, [`.bigInteger('user_id')`, '.unsigned()'])
  })

  test('finds a table in a schema', async ({ assert, fs }) => {
    await fs.create(
      '1_create_users_table.ts',
      `this.schema.withSchema('auth').createTable('users', (table) => { table.uuid('id') })`
    )
    const found = await findUsersKey([fs.basePath], 'auth.users', 'id')
    assert.deepEqual(found, { table: 'auth.users', column: 'id', foreignKey: [`.uuid('user_id')`] })
  })

  test('looks into all folders', async ({ assert, fs }) => {
    await fs.create('tenant/1_users.ts', migration('users', `table.uuid('id')`))
    const folders = [`${fs.basePath}/main`, `${fs.basePath}/tenant`]
    assert.deepEqual((await findUsersKey(folders, 'users', 'id'))?.foreignKey, [`.uuid('user_id')`])
  })

  test('finds nothing where there are no migrations', async ({ assert, fs }) => {
    assert.isNull(await findUsersKey([`${fs.basePath}/missing`], 'users', 'id'))
  })
})

test.group('describeUsersKey', () => {
  test('takes the type from a flag', ({ assert }) => {
    assert.deepEqual(describeUsersKey('users', 'id', 'uuid')?.foreignKey, [`.uuid('user_id')`])
    assert.isNull(describeUsersKey('users', 'id', 'toString'))
  })
})
