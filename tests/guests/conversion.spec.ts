import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { GuestFactory } from '../../factories/main.ts'
import { logIn } from '../app/log_in.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

function readAccount({ request }: HttpContext) {
  const { fullName, email, password } = request.all()
  return { fullName, email, password }
}

function createApp(options: TestAppOptions = {}) {
  return createTestApp({
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/convert', async (ctx) => {
        await ctx.guestUser.convert(readAccount(ctx))
        return whoAmI(ctx)
      })
      router.post('/signup', async (ctx) => {
        await ctx.guestUser.register(readAccount(ctx))
        return whoAmI(ctx)
      })
    },
    ...options,
  })
}

test.group('Converting', () => {
  test('keeps the id and everything that points at it', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:converted', (event) => void events.push(event))

    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    await app.db.table('notes').insert({ user_id: id, body: 'kept' })
    const sessionId = visitor.cookies.get('adonis-session')

    const response = await visitor.post('/convert', ANN)
    assert.deepInclude(response.json(), { id, name: 'Ann', kind: 'regular', isAuthenticated: true })
    assert.notEqual(visitor.cookies.get('adonis-session'), sessionId)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'regular' })

    assert.equal(await app.count('guests'), 0)
    assert.deepEqual(
      (await app.db.from('notes')).map(({ user_id: userId }) => userId),
      [id]
    )
    const user = await app.User.verifyCredentials('ann@example.com', 'secret12')
    assert.equal(user.id, id)

    assert.lengthOf(events, 1)
    assert.equal(events[0].user.id, id)
    assert.equal(events[0].ctx.request.url(), '/convert')
  })

  test('takes a callback, in the transaction', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const guest = await app.guestUsers.create()
    const user: any = await app.guestUsers.convert(guest, async (row: any, trx) => {
      row.email = 'ann@example.com'
      await trx.table('notes').insert({ user_id: row.id, body: 'welcome' })
    })
    assert.equal(user.email, 'ann@example.com')
    assert.equal(await app.count('notes'), 1)
    assert.isFalse(await app.guestUsers.isGuest(guest))
  })

  test('that fails leaves guest, data and session as they were', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.User.create(ANN)

    const visitor = new Visitor(app.url)
    const before = (await visitor.get('/cart')).json()
    const json = { accept: 'application/json' }
    const answer = await visitor.post('/convert', ANN, json)
    assert.equal(answer.status, 422)
    assert.deepInclude(answer.json().errors[0], { field: 'email', rule: 'database.unique' })
    assert.deepEqual((await visitor.get('/about')).json(), before)
    assert.equal(await app.count('guests'), 1)
    assert.equal(await app.count('users'), 2)
  })

  test('is done once, by the first', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const guest = await app.guestUsers.create()

    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((name) =>
        app.guestUsers.convert(guest, { fullName: name, email: `${name}@example.com` })
      )
    )
    const winners = results.filter(({ status }) => status === 'fulfilled')
    const losers = results.filter((result) => result.status === 'rejected')
    assert.lengthOf(winners, 1)
    losers.forEach(({ reason }) => assert.equal(reason.code, 'E_NOT_A_GUEST'))
  })

  test('by nobody, and by a regular user', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.equal((await visitor.post('/convert', ANN)).location, '/login')
    await visitor.post('/signup', ANN)
    const again = { ...ANN, email: 'other@example.com' }
    assert.equal((await visitor.post('/convert', again)).status, 409)
    assert.equal((await visitor.get('/about')).json().name, 'Ann')
  })

  test('outside the request is known after signing in again', async ({ assert, cleanup }) => {
    const app: TestApp = await createApp({
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.get('/about', whoAmI)
        router.post('/confirm', async (ctx) => {
          await logIn(ctx, await app.guestUsers.convert(ctx.auth.user as any, ANN))
        })
      },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    await visitor.post('/confirm')
    assert.deepInclude((await visitor.get('/about')).json(), { name: 'Ann', kind: 'regular' })
  })

  test('kind() after guestUsers.convert and login', async ({ assert, cleanup }) => {
    const app = await createApp({
      routes(router, middleware, guestUsers) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.post('/own-signup', async (ctx) => {
          await ctx.guestUser.check()
          const user = await guestUsers.convert(ctx.auth.user as any, { email: 'new@example.com' })
          await logIn(ctx, user)
          return { kind: await ctx.guestUser.kind() }
        })
      },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    assert.equal((await visitor.post('/own-signup')).json().kind, 'regular')
  })

  test('convert of a user who is locked in a transaction of the caller', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp()
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

  test('races a cleanup of the same, expired guests', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { passwordColumn: 'password' } })
    cleanup(() => app.close())
    const guests = await new GuestFactory(app.app).expired().createMany(60)

    const [results] = await Promise.all([
      Promise.allSettled(
        guests.map((guest) => app.guestUsers.convert(guest, { fullName: 'regular' }))
      ),
      app.guestUsers.cleanup({ batchSize: 5 }),
    ])

    for (const [index, result] of results.entries()) {
      const user = await app.User.find(guests[index].$primaryKeyValue)
      if (result.status === 'fulfilled') {
        assert.equal(user?.fullName, 'regular')
      } else {
        assert.equal(result.reason.code, 'E_NOT_A_GUEST')
        assert.isNull(user)
      }
    }
    assert.equal(await app.count('guests'), 0)
  })
})

test.group('Registering', () => {
  test('converts a guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    const response = await visitor.post('/signup', ANN)
    assert.deepInclude(response.json(), { id, name: 'Ann', kind: 'regular' })
    assert.equal(await app.count('users'), 1)
  })

  test('creates a user where there is no guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const response = await visitor.post('/signup', ANN)
    assert.deepInclude(response.json(), { name: 'Ann', kind: 'regular', isAuthenticated: true })
    assert.deepInclude((await visitor.get('/about')).json(), { name: 'Ann', kind: 'regular' })
    assert.isTrue(await (await app.User.firstOrFail()).verifyPassword('secret12'))
  })

  test('creates a user when the guest was cleaned up', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    await app.expireGuests()
    await app.guestUsers.cleanup()
    const response = await visitor.post('/signup', ANN)
    assert.deepInclude(response.json(), { name: 'Ann', kind: 'regular' })
    assert.equal(await app.count('users'), 1)
  })
})
