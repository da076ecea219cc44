import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
import { ANN, becomeGuest, createShop, preparing } from '../app/shop_app.ts'

interface Follows {
  check?: boolean
  columns?: (table: any) => void
  transfer?: unknown[]
}

/**
 * A shop whose users follow each other, but not themselves
 */
async function createFollows({ check = true, columns, transfer = [] }: Follows = {}) {
  return createShop({
    guestUser: { transfer } as never,
    ...preparing(async ({ db }) => {
      await db.connection().schema.createTable('follows', (table) => {
        table.increments('id')
        for (const name of ['follower_id', 'followed_id']) {
          table.integer(name).unsigned().notNullable()
          table.foreign(name).references('id').inTable('users').onDelete('CASCADE')
        }
        table.unique(['follower_id', 'followed_id'])
        columns?.(table)
        if (check) {
          table.check('?? <> ??', ['follower_id', 'followed_id'], 'not_oneself')
        }
      })
    }),
  })
}

class Follow extends BaseModel {
  @column({ isPrimary: true }) declare id: number
  @column() declare followerId: number
  @column() declare followedId: number
}

async function listFollows(app: Awaited<ReturnType<typeof createFollows>>['app']) {
  const rows = await app.db.from('follows').orderBy('id')
  return rows.map((row) => [row.follower_id, row.followed_id])
}

test.group('A row that ties the guest to the account', () => {
  test('is dropped where a check forbids what it would become', async ({ assert, cleanup }) => {
    const { app, ann } = await createFollows()
    cleanup(() => app.close())
    const bob: any = await app.User.create({ ...ANN, email: 'bob@example.com' })
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('follows').multiInsert([
      { follower_id: id, followed_id: ann.id },
      { follower_id: ann.id, followed_id: id },
      { follower_id: id, followed_id: bob.id },
      { follower_id: bob.id, followed_id: id },
    ])

    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.equal(await app.count('guests'), 0)
    assert.deepEqual(await listFollows(app), [
      [ann.id, bob.id],
      [bob.id, ann.id],
    ])
  })

  test('moves where nothing forbids it', async ({ assert, cleanup }) => {
    const { app, ann } = await createFollows({ check: false })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('follows').insert({ follower_id: guest.id, followed_id: ann.id })
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listFollows(app), [[ann.id, ann.id]])
  })

  test('is kept with the guest if it says more', async ({ assert, cleanup }) => {
    const { app, ann } = await createFollows({ columns: (table) => table.string('message') })
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    await app.db.table('follows').insert({ follower_id: id, followed_id: ann.id, message: 'Hello' })

    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.deepEqual(await listFollows(app), [[id, ann.id]])
    assert.equal((await visitor.get('/previous')).json().name, name)
    await assert.rejects(
      () => app.guestUsers.merge(id, ann),
      /ties the guest to the account.* foreignKey: 'followerId', onConflict: 'keepAccount' } in "transfer"/
    )
  })

  test('is dropped by keepAccount, whatever it says', async ({ assert, cleanup }) => {
    const { app, ann } = await createFollows({
      columns: (table) => table.string('message'),
      transfer: [
        { model: async () => Follow, foreignKey: 'followerId', onConflict: 'keepAccount' },
      ],
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db
      .table('follows')
      .insert({ follower_id: guest.id, followed_id: ann.id, message: 'Hello' })
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listFollows(app), [])
    assert.equal(await app.count('guests'), 0)
  })

  test('of the users table is never dropped', async ({ assert, cleanup }) => {
    let User: any
    const { app, ann } = await createShop({
      guestUser: {
        transfer: [{ model: async () => User, foreignKey: 'invitedBy', onConflict: 'keepAccount' }],
      },
      ...preparing(async (parts) => {
        User = parts.User
        User.$addColumn('invitedBy', {})
        await parts.db.connection().schema.alterTable('users', (table) => {
          table.integer('invited_by').unsigned().nullable().references('id').inTable('users')
        })
        for (const statement of ADD_HOST[dialect]) {
          await parts.db.rawQuery(statement)
        }
      }),
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const bob: any = await app.User.create({ ...ANN, email: 'bob@example.com' })
    await app.db
      .from('users')
      .where('id', bob.id)
      .update({ invited_by: guest.id, hosted_by: ann.id })

    await assert.rejects(
      () => app.guestUsers.merge(guest, ann),
      /"(\w+\.)?users" cannot move as they are \(check/
    )
    assert.exists(await app.User.find(bob.id))
  })
})

/**
 * Nobody is invited by their host
 */
const ADD_HOST = {
  sqlite: [
    'alter table users add column hosted_by integer references users (id) check (hosted_by <> invited_by)',
  ],
  postgres: [
    'alter table users add column hosted_by integer references users (id)',
    'alter table users add check (hosted_by <> invited_by)',
  ],
  mariadb: [
    'alter table users add column hosted_by int unsigned references users (id)',
    'alter table users add check (hosted_by <> invited_by)',
  ],
}
