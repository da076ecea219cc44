import { test } from '@japa/runner'

import { prepareShop } from '../app/shop.ts'
import { createTestApp } from '../app/test_app.ts'
import { ANN, becomeGuest, createShop, listOwners } from '../app/shop_app.ts'

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
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id, ann.id, other.id])
    assert.deepEqual(await listOwners(app, 'orders'), [ann.id])
    assert.deepEqual(await listOwners(app, 'carts'), [ann.id])
    assert.equal(await app.count('cart_items'), 1)

    assert.isNull(await app.User.find(guest.id))
    assert.deepEqual(await listOwners(app, 'guests'), [other.id])
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
      assert.deepEqual((await listOwners(app, 'notes')).map(String), [String(ann.id)])
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
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
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
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'strict' } })
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
    assert.include(message, `{ relation: 'cart', onConflict: 'keepAccount' } in "transfer"`)

    assert.deepInclude((await visitor.get('/about')).json(), { id, name, kind: 'guest' })
    assert.deepEqual(await listOwners(app, 'notes'), [id])
    assert.deepEqual(await listOwners(app, 'carts'), [ann.id, id])
    assert.deepEqual(await listOwners(app, 'guests'), [id])
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
        /^Guests can only be merged into regular users\./
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
    assert.deepEqual(await listOwners(app, 'notes'), [bob.id])
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
    assert.deepEqual(await listOwners(app, 'likes'), [ann.id])
    assert.deepEqual(await listOwners(app, 'notes'), Array(8).fill(ann.id))
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
      assert.lengthOf(await listOwners(app, 'notes'), added.length)
      await app.db.from('notes').delete()
    }
  })
})
