import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'
import type { GuardContract } from '@adonisjs/auth/types'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { letTouchBecomeDue, SHORT_LIVED } from '../app/returning_guest.ts'
import { ApiClient, createTokenApp } from '../app/token_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

/**
 * What auth itself asks: the token, its last use, the user
 */
const QUERIES_OF_AUTH = 3

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

async function createApp(options: TestAppOptions = {}) {
  const app = await createTokenApp({
    ...options,
    routes(router, middleware) {
      const authenticate = async ({ auth }: HttpContext, next: () => Promise<void>) => {
        await auth.authenticateUsing(['api'] as never)
        return next()
      }
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/api', ({ auth }) => ({ id: (auth.user as any).id })).use(authenticate)
      router.get('/settings', whoAmI).use([authenticate, middleware.regularUserRequired()])
      router.post('/register', async (ctx) => {
        const user: any = await ctx.guestUser.register(ANN as any)
        return { id: user.id, kind: (await ctx.guestUser.isGuest(user)) ? 'guest' : 'regular' }
      })
      router.get('/direct', async ({ auth }) => {
        await (auth.use('api' as never) as GuardContract<unknown>).authenticate()
      })
      router
        .post('/convert', ({ guestUser }) => guestUser.convert(ANN as any).then(() => {}))
        .use(authenticate)
    },
  })
  const guest: any = await app.guestUsers.create()
  const client = new ApiClient(app.url, await app.createToken(guest))
  return { app, guest, client }
}

test.group('Visits with a token', () => {
  test('keep a guest alive, on {$self}')
    .with(['/api', '/direct', '/cart'])
    .run(async ({ assert, cleanup }, path) => {
      const { app, guest, client } = await createApp(SHORT_LIVED)
      cleanup(() => app.close())

      letTouchBecomeDue()
      await client.get(path)
      const { createdAt, lastSeenAt } = (await app.guestUsers.find(guest))!
      assert.isTrue(lastSeenAt > createdAt)
    })

  test('save a guest from the cleanup', async ({ assert, cleanup }) => {
    const { app, guest, client } = await createApp()
    cleanup(() => app.close())

    await app.expireGuests()
    await client.get('/api')
    assert.equal((await app.guestUsers.cleanup()).deleted, 0)
    assert.isNotNull(await app.guestUsers.find(guest))
  })

  test('are written down at most once per interval', async ({ assert, cleanup }) => {
    const { app, client } = await createApp(SHORT_LIVED)
    cleanup(() => app.close())

    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH + 1)
    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH)
    letTouchBecomeDue()
    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH + 1)
  })

  test('of regular users cost one query, once', async ({ assert, cleanup }) => {
    const { app } = await createApp(SHORT_LIVED)
    cleanup(() => app.close())
    const client = new ApiClient(app.url, await app.createToken(await app.User.create(ANN)))

    assert.lengthOf(await app.queries.during(() => client.get('/settings')), QUERIES_OF_AUTH + 1)
    letTouchBecomeDue()
    assert.lengthOf(await app.queries.during(() => client.get('/settings')), QUERIES_OF_AUTH)
    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH)
  })

  test('are written down once for a guest who brings a session as well', async ({
    assert,
    cleanup,
  }) => {
    const { app } = await createApp(SHORT_LIVED)
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    const token = await app.createToken(await app.User.findOrFail(id))

    letTouchBecomeDue()
    const queries = await app.queries.during(() =>
      visitor.get('/api', { authorization: `Bearer ${token}` })
    )
    assert.lengthOf(
      queries.filter((sql) => /^update .guests./.test(sql)),
      1
    )
  })

  test('after a conversion are those of a regular user', async ({ assert, cleanup }) => {
    const { app, client } = await createApp(SHORT_LIVED)
    cleanup(() => app.close())

    await client.get('/api')
    assert.equal((await client.post('/convert')).status, 200)
    letTouchBecomeDue()
    assert.lengthOf(await app.queries.during(() => client.get('/settings')), QUERIES_OF_AUTH)
  })

  test('of a guest who converted elsewhere cost one query more', async ({ assert, cleanup }) => {
    const { app, guest, client } = await createApp(SHORT_LIVED)
    cleanup(() => app.close())

    await client.get('/api')
    await app.guestUsers.convert(guest.id, ANN as any)
    const user = await app.User.findOrFail(guest.id)
    client.token = await app.createToken(user)
    assert.equal((await client.get('/settings')).status, 200)
    letTouchBecomeDue()
    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH)
  })

  test('that cannot be written down fail no request, and are not tried each time', async ({
    assert,
    cleanup,
  }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    await app.db.connection().schema.dropTable('guests')
    assert.equal((await client.get('/api')).status, 200)
    assert.lengthOf(await app.queries.during(() => client.get('/api')), QUERIES_OF_AUTH)
  })
})

test.group('Tokens and guests', () => {
  test('a token says who is here, wherever nobody has asked before', async ({
    assert,
    cleanup,
  }) => {
    const { app, guest, client } = await createApp()
    cleanup(() => app.close())
    const response = await client.get('/cart')
    assert.deepInclude(response.json(), { id: guest.id, kind: 'guest', isAuthenticated: true })
    assert.equal(await app.count('guests'), 1)
  })

  test('a token that no guard accepts gets 401, and makes no guest', async ({
    assert,
    cleanup,
  }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    client.headers.accept = 'application/json'
    for (const token of ['oat_MQ.bm90aGluZw', 'nonsense']) {
      client.token = token
      const response = await client.get('/cart')
      assert.equal(response.status, 401)
      assert.deepEqual(response.json(), { errors: [{ message: 'Unauthorized access' }] })
    }
    assert.equal(await app.count('guests'), 1)
  })

  test('a revoked token gets 401', async ({ assert, cleanup }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    await app.db.from('auth_access_tokens').delete()
    assert.equal((await client.get('/cart')).status, 401)
    assert.equal(await app.count('guests'), 1)
  })

  test('converting with a token begins no session', async ({ assert, cleanup }) => {
    const { app, guest, client } = await createApp()
    cleanup(() => app.close())
    const browser = new Visitor(app.url)
    const response = await browser.post('/convert', {}, { authorization: `Bearer ${client.token}` })
    assert.equal(response.status, 200)

    assert.deepInclude((await client.get('/settings')).json(), { id: guest.id, kind: 'regular' })
    assert.notEqual((await browser.get('/cart')).json().id, guest.id)
  })

  test('a session and a token of one guest live side by side', async ({ assert, cleanup }) => {
    const { app } = await createApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    const client = new ApiClient(app.url, await app.createToken(await app.User.findOrFail(id)))
    assert.equal((await client.get('/cart')).json().id, id)
    const both = await visitor.get('/cart', { authorization: `Bearer ${client.token}` })
    assert.deepInclude(both.json(), { id, kind: 'guest' })

    // The conversion with the token ends the session that was the guest's
    assert.equal((await client.post('/convert')).status, 200)
    assert.equal((await client.get('/settings')).json().id, id)
    assert.notEqual((await visitor.get('/cart')).json().id, id)
  })

  test('where the default guard uses tokens, no session begins', async ({ assert, cleanup }) => {
    const { app } = await createApp({ defaultGuard: 'api' })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    for (const path of ['/cart', '/cart']) {
      assert.equal((await visitor.get(path)).json().kind, 'anonymous')
    }
    assert.equal((await visitor.post('/register')).json().kind, 'regular')
    assert.equal((await visitor.get('/cart')).json().kind, 'anonymous')
    assert.equal(await app.count('guests'), 1, 'the one of the client')
  })

  test('a session guard that is named makes guests beside tokens', async ({ assert, cleanup }) => {
    const { app, guest, client } = await createApp({
      defaultGuard: 'api',
      guestUser: { guard: 'web' as never },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id, kind } = (await visitor.get('/cart')).json()
    assert.equal(kind, 'guest')
    assert.equal((await visitor.get('/cart')).json().id, id)
    assert.equal((await client.get('/cart')).json().id, guest.id)
    assert.equal(await app.count('guests'), 2)
  })
})
