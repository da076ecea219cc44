import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { logIn } from '../app/log_in.ts'
import { dialect } from '../app/test_database.ts'
import { Cart, prepareShop } from '../app/shop.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

async function createShop(options: TestAppOptions = {}) {
  const app = await createTestApp({
    prepare: prepareShop,
    ...options,
    routes(router, middleware, guestUsers) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/login', async (ctx) => {
        const { email, password } = ctx.request.all()
        await logIn(ctx, await app.User.verifyCredentials(email, password))
        return whoAmI(ctx)
      })
      options.routes?.(router, middleware, guestUsers)
    },
  })
  const ann: any = await app.User.create(ANN)
  return { app, ann }
}

async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

function preparing(extra: NonNullable<TestAppOptions['prepare']>): TestAppOptions {
  return {
    async prepare(parts) {
      await prepareShop(parts)
      await extra(parts)
    },
  }
}

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

test.group('Signing in as a guest', () => {
  test('a hook that hides guests from lists does not hide them from a merge', async ({
    assert,
    cleanup,
  }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    app.User.before('fetch', (query) => {
      query
        .whereNotIn('id', app.db.from('guests').select('user_id'))
        .whereNot('email', 'like', '%@guest.invalid')
    })
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const response = await visitor.post('/login', ANN)
    assert.equal(response.json().id, ann.id)
    const [note] = await app.db.from('notes')
    assert.equal(note.user_id, ann.id)
  })

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

  test('nobody is merged into a row of another table', async ({ assert, cleanup }) => {
    class Admin extends BaseModel {
      static table = 'admins'
      @column({ isPrimary: true }) declare id: number
    }
    const { app, ann } = await createShop({
      ...preparing(async ({ db }) => {
        await db.connection().schema.createTable('admins', (table) => void table.increments('id'))
      }),
      routes(router) {
        router.post('/admin', async (ctx) => {
          await logIn(ctx, await Admin.findOrFail(1))
        })
      },
    })
    cleanup(() => app.close())
    await app.db.table('admins').insert({ id: ann.id })
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    await visitor.post('/admin')
    const [note] = await app.db.from('notes')
    assert.equal(note.user_id, id)
  })

  test('fails where a check forbids what it would make, and changes nothing', async ({
    assert,
    cleanup,
  }) => {
    const { app, ann } = await createShop(
      preparing(async ({ db }) => {
        await db.connection().schema.createTable('follows', (table) => {
          for (const name of ['follower_id', 'followed_id']) {
            table
              .integer(name)
              .unsigned()
              .notNullable()
              .references('id')
              .inTable('users')
              .onDelete('CASCADE')
          }
          table.primary(['follower_id', 'followed_id'])
          table.check('?? <> ??', ['follower_id', 'followed_id'])
        })
      })
    )
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('follows').insert({ follower_id: id, followed_id: ann.id })
    const response = await visitor.post('/login', ANN, { accept: 'application/json' })
    assert.equal(response.status, 500)
    assert.match(response.json().message, /cannot move as they are\. Move them in "merge"/)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('keepAccount with a model of soft deletes', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] } as any,
    })
    cleanup(() => app.close())
    const original = Cart.prototype.delete
    cleanup(() => void (Cart.prototype.delete = original))
    Cart.prototype.delete = async function () {
      await this.merge({ total: -1 }).save()
    }
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 1 },
      { user_id: guest.id, total: 2 },
    ])
    await assert.doesNotReject(() => app.guestUsers.merge(guest, ann))
  })

  test('kind() after guestUsers.convert and login', async ({ assert, cleanup }) => {
    const { app } = await createShop({
      routes(router, _, guestUsers) {
        router.post('/own-signup', async (ctx) => {
          await ctx.guestUser.check()
          const user = await guestUsers.convert(ctx.auth.user as any, { email: 'new@example.com' })
          await logIn(ctx, user)
          return { kind: await ctx.guestUser.kind() }
        })
      },
    })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    assert.equal((await visitor.post('/own-signup')).json().kind, 'regular')
  })

  test('convert of a user who is locked in a transaction of the caller', async ({
    assert,
    cleanup,
  }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const trx = await app.db.transaction()
    const locked: any = await app.User.query({ client: trx })
      .where('id', guest.id)
      .forUpdate()
      .firstOrFail()
    const outcome = await Promise.race([
      app.guestUsers.convert(locked, { email: 'new@example.com' }).then(
        () => 'converted',
        (error) => error.message
      ),
      new Promise((resolve) => setTimeout(() => resolve('hangs'), 5000)),
    ])
    await trx.rollback()
    assert.equal(outcome, 'converted')
  })
})
