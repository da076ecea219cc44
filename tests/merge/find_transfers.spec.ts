import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
import { createShop, ANN, becomeGuest, preparing } from '../app/shop_app.ts'

test.group('Signing in as a guest', () => {
  test('works with a relation to a model of another connection', async ({ assert, cleanup }) => {
    class Hit extends BaseModel {
      static connection = 'analytics'
      static table = 'hits'
      @column({ isPrimary: true }) declare id: number
      @column() declare userId: number
    }
    const { app, ann } = await createShop(
      preparing(async ({ db, User }) => {
        db.manager.add('analytics', {
          client: 'better-sqlite3',
          connection: { filename: ':memory:' },
          useNullAsDefault: true,
        } as any)
        await db.connection('analytics').schema.createTable('hits', (table) => {
          table.increments('id')
          table.integer('user_id')
        })
        User.$addRelation('hits', 'hasMany', () => Hit, {})
      })
    )
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const response = await visitor.post('/login', ANN, { accept: 'application/json' })
    assert.equal(response.status, 200, response.text)
    assert.equal(response.json().id, ann.id)
  })

  test('works with a relation to a view', async ({ assert, cleanup }) => {
    class Stats extends BaseModel {
      static table = 'user_stats'
      @column() declare userId: number
    }
    const { app, ann } = await createShop(
      preparing(async ({ db, User }) => {
        await db.rawQuery(
          'create view user_stats as select user_id, count(*) as notes from notes group by user_id'
        )
        User.$addRelation('stats', 'hasOne', () => Stats, {})
      })
    )
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const response = await visitor.post('/login', ANN, { accept: 'application/json' })
    assert.equal(response.status, 200, response.text)
    assert.equal(response.json().id, ann.id)
  })

  test('tokens that a relation knows are not handed to the account', async ({
    assert,
    cleanup,
  }) => {
    class Token extends BaseModel {
      static table = 'auth_access_tokens'
      @column({ isPrimary: true }) declare id: number
      @column() declare tokenableId: number
    }
    const { app, ann } = await createShop(
      preparing(async ({ db, User }) => {
        await db.connection().schema.dropTable('auth_access_tokens')
        await db.connection().schema.createTable('auth_access_tokens', (table) => {
          table.increments('id')
          table.integer('tokenable_id').unsigned().notNullable()
        })
        User.$addRelation('tokens', 'hasMany', () => Token, { foreignKey: 'tokenableId' })
      })
    )
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('auth_access_tokens').insert({ tokenable_id: guest.id })
    await app.guestUsers.merge(guest, ann)
    assert.lengthOf(await app.db.from('auth_access_tokens').where('tokenable_id', ann.id), 0)
  })
})

test.group('Tables of the same name', () => {
  if (dialect !== 'postgres') {
    return
  }

  test('in two schemas move both, and an entry means its own', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'notes', discard: true }] as never },
      ...preparing(async ({ db }) => {
        await db.rawQuery('create schema archive')
        await db.rawQuery(
          'create table archive.notes (user_id integer references users (id) on delete cascade)'
        )
      }),
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').insert({ user_id: guest.id, body: 'one' })
    await app.db.rawQuery(`insert into archive.notes values (${guest.id})`)
    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('notes'), 0)
    const { rows } = await app.db.rawQuery('select user_id from archive.notes')
    assert.deepEqual(rows, [{ user_id: ann.id }])
  })
})
