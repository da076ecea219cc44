import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
import { Cart, prepareShop } from '../app/shop.ts'
import { createShop, preparing } from '../app/shop_app.ts'

test.group('What a merge drops', () => {
  test('a row with another composite primary key is not the same', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop(
      preparing(async ({ db }) => {
        await db.connection().schema.createTable('favourites', (table) => {
          table
            .integer('user_id')
            .unsigned()
            .notNullable()
            .references('id')
            .inTable('users')
            .onDelete('CASCADE')
          table.integer('product_id').unsigned().notNullable()
          table.integer('rank').notNullable()
          table.primary(['user_id', 'product_id'])
          table.unique(['user_id', 'rank'])
        })
      })
    )
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('favourites').multiInsert([
      { user_id: ann.id, product_id: 1, rank: 1 },
      { user_id: guest.id, product_id: 2, rank: 1 },
    ])
    await app.guestUsers.merge(guest, ann).catch(() => {})
    const rows = await app.db.from('favourites')
    assert.sameMembers(
      rows.map((row) => row.product_id),
      [1, 2]
    )
  })

  test('a row with another natural primary key is not the same', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop(
      preparing(async ({ db }) => {
        await db.connection().schema.createTable('shops', (table) => {
          table.string('domain', 50).primary()
          table
            .integer('user_id')
            .unsigned()
            .notNullable()
            .unique()
            .references('id')
            .inTable('users')
            .onDelete('CASCADE')
        })
      })
    )
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('shops').multiInsert([
      { user_id: ann.id, domain: 'ann.example' },
      { user_id: guest.id, domain: 'guest.example' },
    ])
    await app.guestUsers.merge(guest, ann).catch(() => {})
    const rows = await app.db.from('shops')
    assert.sameMembers(
      rows.map((row) => row.domain),
      ['ann.example', 'guest.example']
    )
  })

  test('a callback sees what it saved for the row before', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: {
        transfer: [
          {
            relation: 'cart',
            async onConflict({ guestRow, accountRow }: any) {
              accountRow.total += guestRow.total
              await accountRow.save()
            },
          },
        ],
      } as any,
      // hasOne, and no unique key
      async prepare(parts) {
        await prepareShop(parts)
        await parts.db.connection().schema.dropTable('cart_items')
        await parts.db.connection().schema.dropTable('carts')
        await parts.db.connection().schema.createTable('carts', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().notNullable()
          table.integer('total').notNullable().defaultTo(0)
        })
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 1 },
      { user_id: guest.id, total: 10 },
      { user_id: guest.id, total: 100 },
    ])
    await app.guestUsers.merge(guest, ann)
    const rows = await app.db.from('carts')
    assert.equal(
      rows.reduce((sum, row) => sum + row.total, 0),
      111
    )
  })

  test('the account row does not change under the callback', async ({ assert, cleanup }) => {
    if (dialect === 'sqlite') return
    let other: Promise<unknown> | undefined
    const { app, ann } = await createShop({
      guestUser: {
        transfer: [
          {
            relation: 'cart',
            async onConflict({ guestRow, accountRow }: any) {
              const addInAnotherTab = async () => {
                await app.db.from('carts').where('user_id', ann.id).increment('total', 1000)
              }
              other = addInAnotherTab()
              await new Promise((resolve) => setTimeout(resolve, 300))
              accountRow.total += guestRow.total
              await accountRow.save()
            },
          },
        ],
      } as any,
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 1 },
      { user_id: guest.id, total: 10 },
    ])
    await app.guestUsers.merge(guest, ann)
    await other
    const [cart] = await app.db.from('carts')
    assert.equal(cart.total, 1011)
  })

  test('a row that another tab is changing is not dropped as the same', async ({
    assert,
    cleanup,
  }) => {
    if (dialect === 'sqlite') return
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('likes').multiInsert([
      { user_id: ann.id, post_id: 1, stars: 1 },
      { user_id: guest.id, post_id: 1, stars: 1 },
    ])
    const tab = await app.db.transaction()
    await tab.from('likes').where('user_id', guest.id).update({ stars: 5 })
    const merge = app.guestUsers.merge(guest, ann).then(
      () => 'merged',
      () => 'failed'
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    await tab.commit()
    await merge
    const rows = await app.db.from('likes')
    assert.include(
      rows.map((row) => row.stars),
      5
    )
  })

  test('rows that hang on a dropped row by a relation without foreign key', async ({
    assert,
    cleanup,
  }) => {
    class Line extends BaseModel {
      static table = 'lines'
      @column({ isPrimary: true }) declare id: number
      @column() declare cartId: number
    }
    const { app, ann } = await createShop(
      preparing(async ({ db }) => {
        await db.connection().schema.dropTable('cart_items')
        await db.connection().schema.createTable('lines', (table) => {
          table.increments('id')
          table.integer('cart_id').unsigned()
        })
        Cart.boot()
        if (!Cart.$hasRelation('lines')) Cart.$addRelation('lines', 'hasMany', () => Line, {})
      })
    )
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { id: 1, user_id: ann.id, total: 0 },
      { id: 2, user_id: guest.id, total: 0 },
    ])
    await app.db.table('lines').insert({ cart_id: 2 })
    await app.guestUsers.merge(guest, ann).catch(() => {})
    const orphans = await app.db
      .from('lines')
      .whereNotIn('cart_id', app.db.from('carts').select('id'))
    assert.lengthOf(orphans, 0)
  })

  test('values that only the database can tell apart', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop(
      preparing(async ({ db }) => {
        await db.connection().schema.createTable('profiles', (table) => {
          table.increments('id')
          table
            .integer('user_id')
            .unsigned()
            .notNullable()
            .unique()
            .references('id')
            .inTable('users')
            .onDelete('CASCADE')
          table.bigInteger('discord_id')
        })
      })
    )
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.rawQuery(
      `insert into profiles (user_id, discord_id) values (${ann.id}, 9007199254740992)`
    )
    await app.db.rawQuery(
      `insert into profiles (user_id, discord_id) values (${guest.id}, 9007199254740993)`
    )
    await app.guestUsers.merge(guest, ann).catch(() => {})
    assert.equal(await app.count('profiles'), 2)
  })
})
