import { test } from '@japa/runner'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { createTestApp, type TestApp } from '../app/test_app.ts'
import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { dialect } from '../app/test_database.ts'
import { createReplicatedDatabase } from '../app/replicated_database.ts'

const ANN = { email: 'ann@example.com', password: 'secret12' } as any

/**
 * Runs work in a transaction that is rolled back
 */
async function undone(app: TestApp, work: (trx: TransactionClientContract) => Promise<unknown>) {
  const trx = await app.db.transaction()
  await work(trx).finally(() => trx.rollback())
}

/**
 * The names of the events that are sent from now on
 */
function listen(app: TestApp): string[] {
  const events: string[] = []
  for (const name of ['created', 'converted', 'merged', 'deleted'] as const) {
    app.emitter.on(`guest_user:${name}`, () => void events.push(name))
  }
  return events
}

test.group('In a transaction of the application', () => {
  test('guests are created, found and rolled back', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const events = listen(app)

    await undone(app, async (trx) => {
      const user: any = await app.guestUsers.create({ client: trx })
      assert.isNotNull(await app.guestUsers.find(user.id, { client: trx }))
      assert.isTrue(await app.guestUsers.isGuest(user, { client: trx }))
      await trx.table('notes').insert({ user_id: user.id, body: 'in the transaction' })
      if (dialect !== 'sqlite') {
        assert.isNull(await app.guestUsers.find(user.id), 'not for others')
      }
    })
    assert.equal(await app.count('users'), 0)
    assert.equal(await app.count('guests'), 0)
    assert.isEmpty(events)
  })

  test('a user of the transaction is looked up in it', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await app.db.transaction(async (trx) => {
      const user: any = await app.guestUsers.create({ client: trx })
      assert.isTrue(await app.guestUsers.isGuest(user))
      const same = await app.User.findOrFail(user.id, { client: trx })
      assert.isTrue(await app.guestUsers.isGuest(same))

      const converted = await app.guestUsers.convert(user, ANN)
      assert.isFalse(await app.guestUsers.isGuest(same))
      assert.isFalse(await app.guestUsers.isGuest(converted))
    })
    assert.equal(await app.count('guests'), 0)
  })

  test('what is returned belongs to it as well', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await undone(app, async (trx) => {
      const user: any = await app.guestUsers.create({ client: trx })
      await user.merge({ fullName: 'Ann' }).save()
      const converted: any = await app.guestUsers.convert(user.id, ANN, { client: trx })
      await converted.merge({ fullName: 'Ann' }).save()
      const other: any = await app.guestUsers.create({ client: trx })
      const merged: any = await app.guestUsers.merge(other, converted, { client: trx })
      await merged.merge({ fullName: 'Bob' }).save()
      const registered: any = await app.guestUsers.register(
        { ...ANN, email: 'bob@example.com' },
        undefined,
        { client: trx }
      )
      await registered.merge({ fullName: 'Bob' }).save()
      assert.deepEqual(
        [user, converted, merged, registered].map((row) => row.$trx === trx),
        [true, true, true, true]
      )
    })
    assert.equal(await app.count('users'), 0)
  })

  test('events are sent after its commit', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const events = listen(app)
    await app.db.transaction(async (trx) => {
      const [user, other]: any[] = [
        await app.guestUsers.create({ client: trx }),
        await app.guestUsers.create({ client: trx }),
      ]
      await app.guestUsers.convert(user.id, ANN, { client: trx })
      await app.guestUsers.merge(other.id, user.id, { client: trx })
      const third: any = await app.guestUsers.create({ client: trx })
      assert.isTrue(await app.guestUsers.delete(third.id, { client: trx }))
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.isEmpty(events)
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.sameMembers(events, ['created', 'created', 'converted', 'merged', 'created', 'deleted'])
    assert.equal(await app.count('users'), 1)
  })

  test('a taken name costs another attempt, not the transaction', async ({ assert, cleanup }) => {
    const names = ['taken', 'taken', 'free']
    const app = await createTestApp({ guestUser: { username: () => names.shift()! } })
    cleanup(() => app.close())
    await app.guestUsers.create()

    await app.db.transaction(async (trx) => {
      await trx.table('users').insert({ email: 'before@example.com', password: '-' })
      const user: any = await app.guestUsers.create({ client: trx })
      assert.equal(user.fullName, 'free')
      await trx.table('users').insert({ email: 'after@example.com', password: '-' })
    })
    assert.equal(await app.count('users'), 4)
    assert.equal(await app.count('guests'), 2)
  })

  test('a guest whom something keeps costs an error, not the transaction', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp({
      async prepare({ db }) {
        await db.connection().schema.createTable('orders', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().notNullable().references('id').inTable('users')
        })
      },
    })
    cleanup(() => app.close())
    await undone(app, async (trx) => {
      const guest: any = await app.guestUsers.create({ client: trx })
      await trx.table('orders').insert({ user_id: guest.id })
      await assert.rejects(
        () => app.guestUsers.delete(guest),
        /Rows of the table "orders" point at them/
      )
      assert.isTrue(await app.guestUsers.isGuest(guest))
    })
    assert.equal(await app.count('users'), 0)
  })

  test('a cleanup refuses it, because its own are short', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await undone(app, (trx) =>
      assert.rejects(
        () => app.guestUsers.cleanup({ client: trx }),
        /"client" of a cleanup must be a connection, not a transaction/
      )
    )
  })

  test('conversions, merges and deletions are undone with it', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const account: any = await app.guestUsers.register(ANN)
    const events = listen(app)

    await undone(app, (trx) => {
      return app.guestUsers.convert(guest, { email: 'bob@example.com' } as any, { client: trx })
    })
    await undone(app, (trx) => app.guestUsers.merge(guest, account, { client: trx }))
    await undone(app, async (trx) => {
      assert.isTrue(await app.guestUsers.delete(guest, { client: trx }))
      assert.isNull(await app.User.find(guest.id, { client: trx }))
    })
    await undone(app, async (trx) =>
      app.guestUsers.delete(await app.User.findOrFail(guest.id, { client: trx }))
    )
    assert.isTrue(await app.guestUsers.isGuest(guest))
    assert.equal(await app.count('users'), 2)
    assert.isEmpty(events)
  })
})

test.group('A conversion in a transaction of the request', () => {
  test('the session follows its commit, and its rollback', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(router, middleware, guestUsers) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.post('/checkout', async (ctx) => {
          const trx = await app.db.transaction()
          const user = ctx.auth.user as any
          await guestUsers.convert(user, ANN, { client: trx, ctx })
          await (ctx.request.input('paid') ? trx.commit() : trx.rollback())
          return {}
        })
      },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()

    await visitor.post('/checkout')
    assert.deepInclude((await visitor.get('/cart')).json(), { id, kind: 'guest' })
    await visitor.post('/checkout', { paid: 'yes' })
    assert.deepInclude((await visitor.get('/cart')).json(), { id, kind: 'regular' })
  })
})

test.group('A connection of the caller', () => {
  test('is used instead of the model’s own', async ({ assert, cleanup }) => {
    const other = await createReplicatedDatabase()
    const app = await createTestApp({
      connections: other.connections,
      prepare: ({ db }) => other.createTables(db),
    })
    cleanup(async () => {
      await app.close()
      await other.drop()
    })

    const client = app.db.connection('users')
    const user: any = await app.guestUsers.create({ client })
    assert.equal(await app.count('users'), 0)
    assert.isNull(await app.guestUsers.find(user.id))
    assert.isTrue(await app.guestUsers.isGuest(user, { client }))
    const converted: any = await app.guestUsers.convert(user.id, ANN, { client })
    assert.isFalse(await app.guestUsers.isGuest(user, { client }))
    await app.guestUsers.register({ email: 'bob@example.com' } as any, undefined, { client })
    const guest: any = await app.guestUsers.create({ client })
    await app.guestUsers.merge(guest.id, converted.id, { client })
    assert.equal((await app.db.connection('primary').from('users')).length, 2)

    await app.guestUsers.create({ client })
    await app.db
      .connection('primary')
      .from('guests')
      .update({ last_seen_at: '2020-01-01 00:00:00' })
    assert.equal((await app.guestUsers.cleanup()).expired, 0)
    assert.equal((await app.guestUsers.cleanup({ client })).deleted, 1)
    const unwanted: any = await app.guestUsers.create({ client })
    await assert.rejects(() => app.guestUsers.delete(unwanted.id), /not a guest/)
    assert.isTrue(await app.guestUsers.delete(unwanted.id, { client }))
    assert.equal(await app.count('users'), 0)
  })
})
