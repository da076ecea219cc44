import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { ApiClient, createTokenApp } from '../app/token_app.ts'
import type { ApiRoutesOptions } from '../../src/types.ts'
import type { TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }
const FORM = { ...ANN, passwordConfirmation: 'secret12' }

/**
 * What crawlers are, as far as `isbot` knows
 */
const CRAWLER = 'Googlebot/2.1 (+http://www.google.com/bot.html)'

async function createApp({
  api,
  ...options
}: TestAppOptions & { api?: ApiRoutesOptions; silentAuth?: boolean } = {}) {
  const app = await createTokenApp({
    ...options,
    routes(router, middleware, guestUsers) {
      guestUsers.registerApiRoutes('/guest', api)
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.post('/login', async ({ request }) => {
        const { email, password } = request.all()
        const user = await app.User.verifyCredentials(email, password)
        return { token: await app.createToken(user) }
      })
      options.routes?.(router, middleware, guestUsers)
    },
  })
  return { app, client: new ApiClient(app.url) }
}

/**
 * A client that has become a guest
 */
async function createGuestClient(options: Parameters<typeof createApp>[0] = {}) {
  const { app, client } = await createApp(options)
  const { token, user } = (await client.post('/guest')).json()
  client.token = token
  return { app, client, id: user.id }
}

test.group('POST /guest', () => {
  test('makes a guest, whoever the client says it is', async ({ assert, cleanup }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())

    for (const userAgent of ['okhttp/5.1.0', CRAWLER]) {
      client.headers['user-agent'] = userAgent
      client.token = undefined
      const response = await client.post('/guest')
      assert.equal(response.status, 201)
      const { type, token, expiresAt, user } = response.json()
      assert.deepEqual([type, expiresAt], ['bearer', null])
      assert.match(user.email, /@guest\.invalid$/)
      assert.notProperty(user, 'password')
      assert.match(response.headers.get('cache-control')!, /no-store/)

      client.token = token
      const who = (await client.get('/cart')).json()
      assert.deepInclude(who, { id: user.id, kind: 'guest' })
    }
    assert.equal(await app.count('guests'), 2)
  })

  test('hides the password also where the model shows it', async ({ assert, cleanup }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    app.User.$getColumn('password').serializeAs = 'secret'
    const { user } = (await client.post('/guest')).json()
    assert.sameMembers(Object.keys(user), ['id', 'fullName', 'email'])
  })

  test('tells what the application wants to tell', async ({ assert, cleanup }) => {
    const { app, client } = await createApp({
      api: { guard: 'api' as never, serialize: async (user: any) => ({ name: user.fullName }) },
    })
    cleanup(() => app.close())
    const { user } = (await client.post('/guest')).json()
    assert.sameMembers(Object.keys(user), ['name'])
  })

  test('tells when the token expires', async ({ assert, cleanup }) => {
    const { app, client } = await createApp({
      async prepare({ User }) {
        ;(User as any).accessTokens.options.expiresIn = '1 hour'
      },
    })
    cleanup(() => app.close())
    const { expiresAt } = (await client.post('/guest')).json()
    assert.approximately(Date.parse(expiresAt) - Date.now(), 3600_000, 60_000)
  })

  test('gives a guest another token', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient()
    cleanup(() => app.close())
    const response = await client.post('/guest')
    assert.equal(response.status, 200)
    assert.equal(response.json().user.id, id)
    assert.notEqual(response.json().token, client.token)
    assert.equal(await app.count('users'), 1)
  })

  test('gives a guest of a session a token', async ({ assert, cleanup }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    client.token = (await visitor.post('/guest')).json().token
    assert.equal((await client.get('/cart')).json().id, id)
    assert.equal((await visitor.get('/cart')).json().id, id)
  })

  test('refuses regular users, and tokens that no guard accepts', async ({ assert, cleanup }) => {
    const { app, client } = await createApp()
    cleanup(() => app.close())
    client.token = await app.createToken(await app.User.create(ANN))
    const regular = await client.post('/guest')
    assert.equal(regular.status, 403)
    assert.deepEqual(regular.json(), { errors: [{ message: 'You already have an account' }] })

    client.token = 'oat_MQ.bm90aGluZw'
    const invalid = await client.post('/guest')
    assert.equal(invalid.status, 401)
    assert.deepEqual(invalid.json(), { errors: [{ message: 'Unauthorized access' }] })
    assert.equal(await app.count('users'), 1)
  })

  test('asks "{$self}" of the configuration')
    .with(['enabled', 'allow'])
    .run(async ({ assert, cleanup }, option) => {
      const guestUser = option === 'enabled' ? { enabled: false } : { allow: () => false }
      const { app, client } = await createApp({ guestUser })
      cleanup(() => app.close())
      const response = await client.post('/guest')
      assert.equal(response.status, 403)
      assert.deepEqual(response.json(), { errors: [{ message: 'You cannot be a guest here' }] })
      assert.equal(await app.count('users'), 0)
    })

  test('says what is wrong with the guard, before it makes a guest', async ({
    assert,
    cleanup,
  }) => {
    const { app, client } = await createApp({ api: { guard: 'web' as never } })
    cleanup(() => app.close())
    const response = await client.post('/guest')
    assert.equal(response.status, 500)
    assert.match(response.json().message, /"web" of "config\/auth\.ts" is of another kind/)
    assert.equal(await app.count('users'), 0)
  })

  test('answers in the format of JSON API if asked to', async ({ assert, cleanup }) => {
    const { app, client } = await createApp({ guestUser: { enabled: false } })
    cleanup(() => app.close())
    client.headers.accept = 'application/vnd.api+json'
    assert.deepEqual((await client.post('/guest')).json(), {
      errors: [{ code: 'E_GUESTS_NOT_ALLOWED', title: 'You cannot be a guest here' }],
    })
  })

  test('goes through the middleware of the application', async ({ assert, cleanup }) => {
    const { app, client } = await createApp({
      routes(_router, _middleware, guestUsers) {
        guestUsers
          .registerApiRoutes('/limited')
          .use(({ response }: any) => response.status(429).send({ errors: [] }))
          .as('limited')
      },
    })
    cleanup(() => app.close())
    assert.equal((await client.post('/limited')).status, 429)
    assert.equal(await app.count('users'), 0)
  })
})

test.group('POST /guest/convert', () => {
  test('keeps the id and the token', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient()
    cleanup(() => app.close())
    const response = await client.post('/guest/convert', FORM)
    assert.equal(response.status, 200)
    assert.deepEqual(response.json(), {
      user: { id, fullName: 'Ann', email: 'ann@example.com' },
    })
    assert.deepInclude((await client.get('/cart')).json(), { id, kind: 'regular' })
    assert.isOk(await app.User.verifyCredentials(ANN.email, ANN.password))
  })

  test('answers 401 without a guest, 409 to a regular user', async ({ assert, cleanup }) => {
    const { app, client } = await createGuestClient()
    cleanup(() => app.close())
    const anonymous = await new ApiClient(app.url).post('/guest/convert', FORM)
    assert.equal(anonymous.status, 401)
    assert.deepEqual(anonymous.json(), { errors: [{ message: 'This page is for guests only' }] })

    await client.post('/guest/convert', FORM)
    const again = await client.post('/guest/convert', FORM)
    assert.equal(again.status, 409)
    assert.deepEqual(again.json(), {
      errors: [{ message: 'This account is not a guest any more' }],
    })
  })

  test('answers 422 about what is wrong, in the form of VineJS', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient()
    cleanup(() => app.close())
    await app.User.create(ANN)
    const response = await client.post('/guest/convert', { ...FORM, password: 'short' })
    assert.equal(response.status, 422)
    assert.includeDeepMembers(
      response.json().errors.map(({ field, rule }: any) => ({ field, rule })),
      [
        { field: 'email', rule: 'database.unique' },
        { field: 'password', rule: 'minLength' },
      ]
    )
    assert.deepInclude((await client.get('/cart')).json(), { id, kind: 'guest' })
  })

  test('converts once, of two at the same time', async ({ assert, cleanup }) => {
    const { app, client } = await createGuestClient()
    cleanup(() => app.close())
    const statuses = await Promise.all(
      [1, 2].map(async () => (await client.post('/guest/convert', FORM)).status)
    )
    assert.sameMembers(statuses, [200, 409])
    assert.equal(await app.count('users'), 1)
  })
})

test.group('DELETE /guest', () => {
  test('gives the guest up, with everything', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient()
    cleanup(() => app.close())
    await app.db.table('notes').insert({ user_id: id, body: 'in the cart' })

    const response = await client.delete('/guest')
    assert.equal(response.status, 204)
    for (const table of ['users', 'guests', 'notes', 'auth_access_tokens']) {
      assert.equal(await app.count(table), 0, table)
    }
    assert.equal((await client.get('/cart')).status, 401)
  })

  test('never deletes a regular user', async ({ assert, cleanup }) => {
    const { app, client } = await createGuestClient()
    cleanup(() => app.close())
    assert.equal((await new ApiClient(app.url).delete('/guest')).status, 401)
    await client.post('/guest/convert', FORM)
    assert.equal((await client.delete('/guest')).status, 403)
    assert.equal(await app.count('users'), 1)
  })

  test('does not say that the guest is gone when they have just become a regular user', async ({
    assert,
    cleanup,
  }) => {
    const { app, client } = await createGuestClient({
      routes(_router, _middleware, guestUsers) {
        guestUsers
          .registerApiRoutes('/elsewhere')
          .use(async ({ guestUser }, next) => {
            assert.equal(await guestUser.kind(), 'guest')
            await app.db.from('guests').delete()
            return next()
          })
          .as('elsewhere')
      },
    })
    cleanup(() => app.close())
    assert.equal((await client.delete('/elsewhere')).status, 409)
    assert.equal(await app.count('users'), 1)
  })

  test('says so when something keeps the guest', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient({
      async prepare({ db }) {
        await db.connection().schema.createTable('orders', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().notNullable().references('id').inTable('users')
        })
      },
    })
    cleanup(async () => {
      await app.db.from('orders').delete()
      await app.close()
    })
    await app.db.table('orders').insert({ user_id: id })
    const response = await client.delete('/guest')
    assert.equal(response.status, 409)
    assert.equal((await client.get('/cart')).json().id, id)
  })
})

test.group('A token API', () => {
  test('is walked from the first request to the account', async ({ assert, cleanup }) => {
    const { app, client, id } = await createGuestClient({ silentAuth: false })
    cleanup(() => app.close())
    const ann: any = await app.User.create(ANN)
    await app.db.table('notes').insert({ user_id: id, body: 'in the cart' })
    await app.expireGuests()
    await client.get('/cart')
    assert.equal((await app.guestUsers.cleanup()).deleted, 0)

    client.token = (await client.post('/login', ANN)).json().token
    assert.deepInclude((await client.get('/cart')).json(), { id: ann.id, kind: 'regular' })
    assert.equal(Number((await app.db.from('notes').firstOrFail()).user_id), ann.id)
    assert.isNull(await app.User.find(id))
  })
})
