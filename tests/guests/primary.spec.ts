import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'
import { createReplicatedDatabase } from '../app/replicated_database.ts'

/**
 * The users on a connection of their own, whose replica lags. The default
 * connection has no tables
 */
async function createReplicatedApp(options: TestAppOptions = {}) {
  const replicated = await createReplicatedDatabase()
  const app = await createCartApp({
    ...options,
    createTables: false,
    connections: replicated.connections,
    async prepare({ db, User }) {
      User.connection = 'users'
      await replicated.createTables(db)
    },
  })
  return {
    app,
    replicate: () => replicated.replicate(app.db),
    count: async (table: string) => (await app.db.connection('primary').from(table)).length,
    async close() {
      await app.close()
      await replicated.drop()
    },
  }
}

test.group('Users on a connection of their own, whose replica lags', () => {
  test('reads and writes go to the primary', async ({ assert, cleanup }) => {
    const { app, count, close } = await createReplicatedApp()
    cleanup(close)

    const user: any = await app.guestUsers.create()
    assert.equal(await count('guests'), 1)
    assert.equal((await app.User.find(user.id)) === null, dialect !== 'sqlite', 'the replica lags')
    assert.isTrue(await app.guestUsers.isGuest(user))
    assert.isNotNull(await app.guestUsers.find(user.id))

    const { directory } = await app.guestUsers.engine.load()
    assert.isTrue(await directory.touch(user.id))

    const replica = app.db.connection('users', { mode: 'read' })
    assert.isTrue(await app.guestUsers.isGuest(user, { client: replica }))

    const values = { email: 'ann@example.com', password: 'secret12' } as any
    await app.guestUsers.convert(user.id, values)
    assert.isFalse(await app.guestUsers.isGuest(user))
    const account: any = await app.guestUsers.register({ ...values, email: 'bob@example.com' })
    const other: any = await app.guestUsers.create()
    await app.guestUsers.merge(other, account)
    assert.equal(await count('users'), 2)

    await app.guestUsers.create()
    await app.db
      .connection('primary')
      .from('guests')
      .update({ last_seen_at: '2020-01-01 00:00:00' })
    assert.equal((await app.guestUsers.cleanup()).deleted, 1)
    assert.equal(await count('users'), 2)
  })

  test('parallel first requests find the guest on the primary', async ({ assert, cleanup }) => {
    const { app, count, close } = await createReplicatedApp()
    cleanup(close)
    const first: any = await app.guestUsers.create({ visitKey: 'one visitor' })
    const second: any = await app.guestUsers.create({ visitKey: 'one visitor' })
    assert.equal(second.id, first.id)
    assert.equal(await count('guests'), 1)
  })

  test('an old visit key is taken from its guest on the primary', async ({ assert, cleanup }) => {
    const { app, count, close } = await createReplicatedApp()
    cleanup(close)
    const first: any = await app.guestUsers.create({ visitKey: 'one visitor' })
    await app.db.connection('primary').from('guests').update({ created_at: '2020-01-01 00:00:00' })
    const second: any = await app.guestUsers.create({ visitKey: 'one visitor' })
    assert.notEqual(second.id, first.id)
    assert.equal(await count('guests'), 2)
  })

  test('a guest whom the replica does not have yet stays the same', async ({ assert, cleanup }) => {
    const { app, replicate, count, close } = await createReplicatedApp()
    cleanup(close)
    const visitor = new Visitor(app.url)
    const first = (await visitor.get('/cart')).json()
    const second = (await visitor.get('/cart')).json()
    assert.deepEqual(second, first)
    assert.equal(await count('users'), 1)

    const again = await Promise.all(['/cart', '/cart', '/cart'].map((path) => visitor.get(path)))
    assert.deepEqual(
      again.map((answer) => answer.json().id),
      [first.id, first.id, first.id]
    )

    await replicate()
    assert.deepEqual((await visitor.get('/about')).json(), first)
    assert.equal(await count('users'), 1)
  })

  test('the previous guest is looked up on the primary', async ({ assert, cleanup }) => {
    const { app, replicate, close } = await createReplicatedApp({
      guestUser: { mergeMode: 'ask' },
      routes(router, middleware) {
        router
          .get('/cart', ({ auth }) => ({ id: (auth.user as any).id }))
          .use(middleware.allowGuestUser())
        router.get('/login/:id', async ({ auth, params, guestUser }) => {
          await (auth.use('web') as any).login(await app.User.findOrFail(params.id))
          return { previous: ((await guestUser.previousGuest()) as any)?.id ?? null }
        })
      },
    })
    cleanup(close)
    const account: any = await app.guestUsers.register({ email: 'ann@example.com' } as any)
    await replicate()

    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    assert.equal((await visitor.get(`/login/${account.id}`)).json().previous, id)
  })

  test('somebody who has just registered is not made a guest', async ({ assert, cleanup }) => {
    const { app, replicate, count, close } = await createReplicatedApp({
      routes(router, middleware) {
        const show = async ({ auth, guestUser }: any) => ({
          id: auth.user?.id ?? null,
          kind: await guestUser.kind(),
        })
        router.get('/cart', show).use(middleware.allowGuestUser())
        router.post('/signup', async (ctx) => {
          await ctx.guestUser.register({ email: 'ann@example.com', password: 'secret12' } as any)
          return show(ctx)
        })
      },
    })
    cleanup(close)
    const visitor = new Visitor(app.url)
    const registered = (await visitor.post('/signup')).json()
    assert.equal(registered.kind, 'regular')
    assert.deepEqual((await visitor.get('/cart')).json(), registered)
    await replicate()
    assert.deepEqual((await visitor.get('/cart')).json(), registered)
    assert.equal(await count('users'), 1)
  })

  test('a guest who was cleaned up becomes another one', async ({ assert, cleanup }) => {
    const { app, count, close } = await createReplicatedApp()
    cleanup(close)
    const visitor = new Visitor(app.url)
    const first = (await visitor.get('/cart')).json()
    const longAgo = '2020-01-01 00:00:00'
    await app.db.connection('primary').from('guests').update({ last_seen_at: longAgo })
    await app.guestUsers.cleanup()
    await app.db.connection('primary').from('users').delete()
    const second = (await visitor.get('/cart')).json()
    assert.equal(second.kind, 'guest')
    assert.equal(await count('users'), 1)
    assert.notEqual(second.name, first.name)
  })
})
