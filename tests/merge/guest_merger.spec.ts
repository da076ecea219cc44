import { Writable } from 'node:stream'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { logIn } from '../app/log_in.ts'
import { dialect } from '../app/test_database.ts'
import { Cart, prepareShop } from '../app/shop.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

/**
 * A shop with an account, Ann's, and a login like the starter kits'
 */
async function createShop(options: TestAppOptions = {}) {
  const app = await createTestApp({
    prepare: prepareShop,
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/login', async (ctx) => {
        const { email, password } = ctx.request.all()
        await logIn(ctx, await app.User.verifyCredentials(email, password))
        return whoAmI(ctx)
      })
      router.post('/merge', async (ctx) => {
        const { email, password } = ctx.request.all()
        await ctx.guestUser.mergeInto(await app.User.verifyCredentials(email, password))
        return whoAmI(ctx)
      })
      router.post('/bring', async (ctx) => {
        await ctx.guestUser.mergeInto(ctx.auth.user as any)
        return whoAmI(ctx)
      })
      router.get('/previous', async ({ guestUser }) => {
        const guest = (await guestUser.previousGuest()) as any
        return { name: guest?.fullName ?? null }
      })
    },
    ...options,
  })
  const ann: any = await app.User.create(ANN)
  return { app, ann }
}

/**
 * Somebody who has visited, and is a guest
 */
async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

const owners = async (app: TestApp, table: string): Promise<number[]> => {
  const rows = await app.db.from(table).orderBy('user_id')
  return rows.map((row) => row.user_id)
}

test.group('Merging', () => {
  test('moves everything that foreign keys point at the guest', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:merged', (event) => void events.push(event))

    const guest: any = await app.guestUsers.create()
    const other: any = await app.guestUsers.create()
    await app.db.table('notes').multiInsert([
      { user_id: guest.id, body: 'one' },
      { user_id: guest.id, body: 'two' },
      { user_id: other.id, body: 'not mine' },
    ])
    await app.db.table('orders').insert({ user_id: guest.id })
    await app.db.table('carts').insert({ user_id: guest.id, total: 5 })
    await app.db.table('cart_items').insert({ cart_id: 1, name: 'a pen' })

    const account: any = await app.guestUsers.merge(guest, ann)
    assert.equal(account.id, ann.id)
    assert.deepEqual(await owners(app, 'notes'), [ann.id, ann.id, other.id])
    assert.deepEqual(await owners(app, 'orders'), [ann.id])
    assert.deepEqual(await owners(app, 'carts'), [ann.id])
    assert.equal(await app.count('cart_items'), 1)

    assert.isNull(await app.User.find(guest.id))
    assert.deepEqual(await owners(app, 'guests'), [other.id])
    assert.lengthOf(events, 1)
    assert.equal(events[0].user.id, ann.id)
    assert.equal(events[0].guest.id, guest.id)
    assert.deepEqual(events[0].transferred, { carts: 1, notes: 2, orders: 1 })
  })

  test('works with {userKey} keys')
    .with([
      { userKey: 'bigIncrements' as const },
      { userKey: 'uuid' as const },
      { userKey: 'string' as const },
    ])
    .run(async ({ assert, cleanup }, { userKey }) => {
      const app = await createTestApp({ userKey })
      cleanup(() => app.close())
      const ann: any = await app.User.create(ANN)
      const guest: any = await app.guestUsers.create()
      await app.db.table('notes').insert({ user_id: guest.id, body: 'one' })

      await app.guestUsers.merge(guest, ann)
      assert.deepEqual((await owners(app, 'notes')).map(String), [String(ann.id)])
      assert.equal(await app.count('users'), 1)
    })

  test('moves rows that point at something else than the primary key', async ({
    assert,
    cleanup,
  }) => {
    const { app, ann } = await createShop({
      async prepare(parts) {
        await prepareShop(parts)
        await parts.db.connection().schema.createTable('letters', (table) => {
          table.string('sender', 254).references('email').inTable('users').onDelete('CASCADE')
        })
        await parts.db.connection().schema.createTable('friends', (table) => {
          table.integer('one').unsigned().references('id').inTable('users').onDelete('CASCADE')
          table.integer('other').unsigned().references('id').inTable('users').onDelete('CASCADE')
          table.unique(['one', 'other'])
        })
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const bob: any = await app.User.create({ ...ANN, email: 'bob@example.com' })
    await app.db.table('letters').insert({ sender: guest.email })
    await app.db.table('friends').multiInsert([
      { one: guest.id, other: bob.id },
      { one: bob.id, other: guest.id },
      { one: ann.id, other: bob.id },
    ])

    await app.guestUsers.merge(guest, ann)
    const [letter] = await app.db.from('letters')
    assert.equal(letter.sender, ANN.email)
    const friends = await app.db.from('friends').orderBy('one')
    assert.sameDeepMembers(
      friends.map(({ one, other }) => [one, other]),
      [
        [ann.id, bob.id],
        [bob.id, ann.id],
      ]
    )
  })

  test('moves rows of relations that have no foreign key', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      async prepare(parts) {
        await prepareShop(parts)
        await parts.db.connection().schema.dropTable('notes')
        await parts.db.connection().schema.createTable('notes', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned()
          table.string('body')
        })
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').insert({ user_id: guest.id, body: 'one' })

    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
  })

  test('does not hand tokens of the guest to the account', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('auth_access_tokens').insert({ tokenable_id: guest.id })

    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('auth_access_tokens'), 0)
  })

  test('drops a row that says what the account says already', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('likes').multiInsert([
      { user_id: ann.id, post_id: 1, created_at: '2026-01-01 00:00:00' },
      { user_id: guest.id, post_id: 1, created_at: '2026-02-02 00:00:00' },
      { user_id: guest.id, post_id: 2 },
    ])

    await app.guestUsers.merge(guest, ann)
    const likes = await app.db.from('likes').orderBy('post_id')
    assert.deepEqual(
      likes.map((like) => [like.user_id, like.post_id]),
      [
        [ann.id, 1],
        [ann.id, 2],
      ]
    )
  })

  test('fails rather than lose something, and leaves all as it was', async ({
    assert,
    cleanup,
  }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 3 },
      { user_id: id, total: 3 },
    ])

    const response = await visitor.post('/login', ANN, { accept: 'application/json' })
    assert.equal(response.status, 500)
    const { message } = response.json()
    assert.match(message, /both have a row in "(\w+\.)?carts"/)
    assert.match(message, /"onConflict" for (\w+\.)?carts\.user_id in "transfer"/)

    assert.deepInclude((await visitor.get('/about')).json(), { id, name, kind: 'guest' })
    assert.deepEqual(await owners(app, 'notes'), [id])
    assert.deepEqual(await owners(app, 'carts'), [ann.id, id])
    assert.deepEqual(await owners(app, 'guests'), [id])
  })

  test('is refused into {target}')
    .with([
      { target: 'the guest itself' },
      { target: 'another guest' },
      { target: 'nobody' },
    ] as const)
    .run(async ({ assert, cleanup }, { target }) => {
      const { app } = await createShop()
      cleanup(() => app.close())
      const guest: any = await app.guestUsers.create()
      const other: any = await app.guestUsers.create()
      const into = {
        'the guest itself': guest.id,
        'another guest': other.id,
        'nobody': 12_345,
      }[target]

      await assert.rejects(
        () => app.guestUsers.merge(guest, into),
        /^Guests are merged into regular users only\./
      )
      assert.equal(await app.count('guests'), 2)
    })

  test('removes the guest of a model with soft deletes, too', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    app.User.prototype.delete = async function () {
      await this.merge({ fullName: 'hidden' }).save()
    }
    const guest: any = await app.guestUsers.create()
    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('users'), 1)
  })

  test('of a regular user is refused', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const bob = await app.User.create({ ...ANN, email: 'bob@example.com' })
    await assert.rejects(() => app.guestUsers.merge(bob, ann), /not a guest any more/)
    assert.equal(await app.count('users'), 2)
  })

  test('takes part in the transaction of the account', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:merged', (event) => void events.push(event))
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').insert({ user_id: guest.id, body: 'one' })

    const trx = await app.db.transaction()
    const bob: any = await app.User.create({ ...ANN, email: 'bob@example.com' }, { client: trx })
    await app.guestUsers.merge(guest, bob)
    assert.lengthOf(events, 0)
    await trx.commit()

    assert.lengthOf(events, 1)
    assert.deepEqual(await owners(app, 'notes'), [bob.id])
  })

  test('several guests at once into one account', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guests = []
    for (let index = 0; index < 8; index++) {
      const guest: any = await app.guestUsers.create()
      await app.db.table('likes').insert({ user_id: guest.id, post_id: 1 })
      await app.db.table('notes').insert({ user_id: guest.id, body: String(index) })
      guests.push(guest)
    }

    await Promise.all(guests.map((guest) => app.guestUsers.merge(guest, ann)))
    assert.deepEqual(await owners(app, 'likes'), [ann.id])
    assert.deepEqual(await owners(app, 'notes'), Array(8).fill(ann.id))
    assert.equal(await app.count('users'), 1)
  })

  test('keeps a row that is added at this moment, or refuses it', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())

    for (let round = 0; round < 10; round++) {
      const guest: any = await app.guestUsers.create()
      const insert = () => app.db.table('notes').insert({ user_id: guest.id, body: 'late' })
      const results = await Promise.allSettled([
        insert(),
        app.guestUsers.merge(guest, ann),
        insert(),
        insert(),
      ])
      assert.equal(results[1].status, 'fulfilled')
      const added = [results[0], results[2], results[3]].filter((it) => it.status === 'fulfilled')
      assert.lengthOf(await owners(app, 'notes'), added.length)
      await app.db.from('notes').delete()
    }
  })
})

test.group('Merging by signing in', () => {
  test('brings everything along, with a new session', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:merged', (event) => void events.push(event))
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const cookie = visitor.cookies.get('adonis-session')

    const response = await visitor.post('/login', ANN)
    assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
    assert.notEqual(visitor.cookies.get('adonis-session'), cookie)
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
    assert.equal(await app.count('users'), 1)
    assert.equal(events[0].ctx.request.url(), '/login')
  })

  test('works where the login page authenticates nobody', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ silentAuth: false })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', ANN)
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
  })

  test('does not merge with a wrong password', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', { ...ANN, password: 'guess' })
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    assert.deepEqual(await owners(app, 'notes'), [id])
  })

  test('costs an anonymous visitor and a regular user no query', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const first = await app.queries.during(() => visitor.post('/login', ANN))
    assert.lengthOf(
      first.filter((sql) => /guests/.test(sql)),
      1,
      'the visitor is known to be a regular user from then on'
    )
    const bob = { ...ANN, email: 'bob@example.com' }
    await app.User.create(bob)
    const second = await app.queries.during(() => visitor.post('/login', bob))
    assert.lengthOf(
      second.filter((sql) => /delete/i.test(sql)),
      0
    )
  })

  test('signs in when the guest was cleaned up', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    await app.expireGuests()
    await app.guestUsers.cleanup()
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
  })

  test('signs in when the guest has converted elsewhere', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.guestUsers.convert(id, { email: 'bob@example.com' })
    await app.db.table('notes').insert({ user_id: id, body: 'bob' })

    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await owners(app, 'notes'), [id])
  })

  test('leaves the guest behind when it is off', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'off' } })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await owners(app, 'guests'), [id])
    assert.isNull((await visitor.get('/previous')).json().name)
  })

  test('asks: before the sign-in', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    assert.deepInclude((await visitor.post('/merge', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
  })

  test('asks: after the sign-in', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', ANN)
    assert.deepEqual(await owners(app, 'notes'), [id])
    assert.equal((await visitor.get('/previous')).json().name, name)

    assert.deepInclude((await visitor.post('/bring')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
    assert.isNull((await visitor.get('/previous')).json().name)
    assert.equal((await visitor.post('/bring')).status, 302)
  })

  test('asks nobody else about the guest', async ({ assert, cleanup }) => {
    const { app } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const bob = { ...ANN, email: 'bob@example.com' }
    await app.User.create(bob)
    const { visitor, id } = await becomeGuest(app)

    await visitor.post('/login', ANN)
    await visitor.post('/login', bob)
    assert.isNull((await visitor.get('/previous')).json().name)
    await visitor.post('/bring')
    assert.deepEqual(await owners(app, 'guests'), [id])
  })

  test('happens once, in two tabs', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const tabs = [visitor, visitor.clone(), visitor.clone()]

    const responses = await Promise.all(tabs.map((tab) => tab.post('/login', ANN)))
    for (const response of responses) {
      assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
    }
    assert.deepEqual(await owners(app, 'notes'), [ann.id])
  })
})

test.group('What moves, and what stays', () => {
  test('a relation with {policy}')
    .with([
      { policy: 'keepAccount', onConflict: 'keepAccount' as const, total: 3 },
      { policy: 'keepGuest', onConflict: 'keepGuest' as const, total: 5 },
      {
        policy: 'a callback',
        onConflict: async ({ guestRow, accountRow }: { guestRow: Cart; accountRow: Cart }) => {
          accountRow.total += guestRow.total
          await accountRow.save()
        },
        total: 8,
      },
    ])
    .run(async ({ assert, cleanup }, { onConflict, total }) => {
      const { app, ann } = await createShop({
        guestUser: { transfer: [{ relation: 'cart', onConflict }] as never },
      })
      cleanup(() => app.close())
      const guest: any = await app.guestUsers.create()
      await app.db.table('carts').multiInsert([
        { user_id: ann.id, total: 3 },
        { user_id: guest.id, total: 5 },
      ])

      await app.guestUsers.merge(guest, ann)
      const carts = await app.db.from('carts')
      assert.deepEqual(
        carts.map((cart) => [cart.user_id, cart.total]),
        [[ann.id, total]]
      )
    })

  test('rows move as they are when nothing clashes', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').insert({ user_id: guest.id, total: 5 })
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await owners(app, 'carts'), [ann.id])
  })

  test('hooks of the model run for rows that are dropped', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    const deleted: number[] = []
    Cart.before('delete', (cart) => void deleted.push((cart as Cart).total))
    cleanup(async () => {
      Cart.$hooks.clear('before:delete')
      await app.close()
    })
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 3 },
      { user_id: guest.id, total: 5 },
    ])
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(deleted, [5])
  })

  test('a manyToMany stays a set', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { transfer: ['tags'] as never } })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('tags').multiInsert([{ id: 1 }, { id: 2 }])
    await app.db.table('tag_user').multiInsert([
      { user_id: ann.id, tag_id: 1 },
      { user_id: guest.id, tag_id: 1 },
      { user_id: guest.id, tag_id: 2 },
    ])

    await app.guestUsers.merge(guest, ann)
    const rows = await app.db.from('tag_user').orderBy('tag_id')
    assert.deepEqual(
      rows.map((row) => [row.user_id, row.tag_id]),
      [
        [ann.id, 1],
        [ann.id, 2],
      ]
    )
  })

  test('a model and its foreign key', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: {
        transfer: [{ model: async () => Cart, foreignKey: 'userId', onConflict: 'keepGuest' }],
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').insert({ user_id: guest.id, total: 5 })
    await app.db.table('orders').insert({ user_id: guest.id })

    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await owners(app, 'carts'), [ann.id])
    assert.deepEqual(await owners(app, 'orders'), [null as never], 'left out')
  })

  test('many clashes of a table without a model', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const likesOf = (user: any) =>
      Array.from({ length: 450 }, (_, index) => ({ user_id: user.id, post_id: index, stars: 1 }))
    await app.db.table('likes').multiInsert(likesOf(ann))
    await app.db.table('likes').multiInsert(likesOf(guest))

    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await owners(app, 'likes'), Array(450).fill(ann.id))
  })

  test('discard drops the rows', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'notes', discard: true }] as never },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').insert({ user_id: guest.id, body: 'draft' })
    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('notes'), 0)
  })

  test('the merge callback shares the transaction', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: {
        async merge({ guest, account, trx }) {
          const carts = await Cart.query({ client: trx }).whereIn('userId', [
            (guest as any).id,
            (account as any).id,
          ])
          const [total, user] = [carts.reduce((sum, cart) => sum + cart.total, 0), account as any]
          await Cart.query({ client: trx })
            .where('userId', (guest as any).id)
            .delete()
          await Cart.query({ client: trx }).where('userId', user.id).update({ total })
          if (total === 666) {
            throw new Error('a broken callback')
          }
        },
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 600 },
      { user_id: guest.id, total: 66 },
    ])
    await assert.rejects(() => app.guestUsers.merge(guest, ann), 'a broken callback')
    assert.deepEqual(await owners(app, 'carts'), [ann.id, guest.id])

    await app.db.from('carts').where('user_id', guest.id).update({ total: 6 })
    await app.guestUsers.merge(guest, ann)
    const [cart] = await app.db.from('carts')
    assert.equal(cart.total, 606)
  })

  test('a unique key that cannot be foreseen fails the merge', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    if (dialect === 'mariadb') {
      await app.db.rawQuery('create unique index one_draft on notes (user_id, body(3))')
    } else {
      await app.db.rawQuery("create unique index one_draft on notes (user_id) where body like 'd%'")
    }
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').multiInsert([
      { user_id: ann.id, body: 'draft of mine' },
      { user_id: guest.id, body: 'draft of a guest' },
    ])

    await assert.rejects(
      () => app.guestUsers.merge(guest, ann),
      /The rows of the guest in "(\w+\.)?notes" cannot move as they are\. Move them in "merge"/
    )
    assert.deepEqual(await owners(app, 'notes'), [ann.id, guest.id])
    assert.equal(await app.count('guests'), 1)
  })
})

test.group('Mistakes in "transfer"', () => {
  const start = (transfer: unknown, log?: Writable) =>
    createShop({ log, guestUser: { transfer } as never })

  test('keep the application from starting: {name}')
    .with([
      {
        name: 'no such relation',
        transfer: ['nots'],
        expected: /"nots", but the model "User" has/,
      },
      {
        name: 'a relation of another kind',
        transfer: [{ relation: 'manager' }],
        expected: /"manager" .* of the kind belongsTo/,
      },
      { name: 'a relation with onQuery', transfer: ['firstNote'], expected: /has an "onQuery"/ },
      {
        name: 'no such foreign key',
        transfer: [{ model: async () => Cart, foreignKey: 'ownerId' }],
        expected: /"ownerId", but the model "Cart" has no such column/,
      },
      {
        name: 'no model',
        transfer: [{ model: async () => ({}), foreignKey: 'userId' }],
        expected: /"transfer" must import a module whose default export is a Lucid model/,
      },
      { name: 'no list', transfer: 'notes', expected: /"transfer" must be a list/ },
    ])
    .run(async ({ assert }, { transfer, expected }) => {
      await assert.rejects(() => start(transfer), expected)
    })

  test('a mode that is none', async ({ assert }) => {
    await assert.rejects(
      () => createShop({ guestUser: { mergeMode: 'sometimes' } as never }),
      /"mergeMode" must be one of "automatic", "ask", "off", not "sometimes"/
    )
  })

  test('what is left out is named in the log', async ({ assert, cleanup }) => {
    let output = ''
    const log = new Writable({
      write(chunk, _, done) {
        output += chunk
        done()
      },
    })
    const transfer = ['notes', 'tags', { relation: 'cart', discard: true }]
    const { app } = await start(transfer, log)
    cleanup(() => app.close())

    assert.match(output, /leaves out (\w+\.)?likes\.user_id: .* is deleted with the guest/)
    assert.match(output, /leaves out (\w+\.)?orders\.user_id: .* is left without an owner/)
    assert.notMatch(output, /leaves out (\w+\.)?(notes|carts|tag_user|guests|auth_access_tokens)/)
  })
})
