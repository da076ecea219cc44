import { test } from '@japa/runner'
import { Assert } from '@japa/assert'
import { ApiClient } from '@japa/api-client'
import { authApiClient } from '@adonisjs/auth/plugins/api_client'
import { shieldApiClient } from '@adonisjs/shield/plugins/api_client'
import { sessionApiClient } from '@adonisjs/session/plugins/api_client'

import { logIn } from '../../app/log_in.ts'
import { Visitor } from '../../app/visitor.ts'
import { installPlugins } from '../../app/install_plugins.ts'
import { createTestApp, type TestApp } from '../../app/test_app.ts'
import { guestUserApiClient } from '../../../src/plugins/japa/api_client.ts'

const BROWSER = { 'user-agent': Visitor.userAgent }

async function createClient(cleanup: (callback: () => Promise<void>) => void) {
  const app: TestApp = await createTestApp({
    sessionStore: 'memory',
    shield: true,
    routes(router, middleware) {
      router.get('/cart', () => 'cart').use(middleware.allowGuestUser())
      router.get('/why', ({ auth }) => auth.user).use(middleware.guestUserRequired())
      router.post('/signup', async ({ guestUser, request }) =>
        guestUser.register(request.only(['email', 'password']))
      )
      router.post('/profile', async ({ auth, request }) => {
        const user = auth.user as InstanceType<typeof app.User>
        await user.merge(request.only(['email', 'password'])).save()
      })
      router.post('/login', async (ctx) =>
        logIn(ctx, await app.User.findByOrFail('email', ctx.request.input('email')))
      )
    },
  })
  cleanup(() => app.close())
  await installPlugins(
    app,
    sessionApiClient(app.app),
    authApiClient(app.app),
    shieldApiClient(),
    guestUserApiClient(app.app)
  )
  const createUser = (email = 'ann@example.com') =>
    app.User.create({ email, password: 'secret12' }) as any
  return { app, client: new ApiClient(app.url, new Assert()), createUser }
}

const CREDENTIALS = { email: 'ann@example.com', password: 'secret12' }

test.group('API client', (group) => {
  group.each.teardown(() => {
    ApiClient.clearSetupHooks()
    ApiClient.clearTeardownHooks()
    ApiClient.clearRequestHandlers()
  })

  test('assertGuestCreated and assertNoGuest', async ({ assert, cleanup }) => {
    const { client } = await createClient(cleanup)

    const first = await client.get('/cart').headers(BROWSER)
    first.assertGuestCreated()
    assert.throws(
      () => first.assertNoGuest(),
      /Expected the request to create no guest\. It created guest 1/
    )

    for (const request of [
      client.get('/cart').asGuest(),
      client.get('/nothing').headers(BROWSER),
    ]) {
      const response = await request
      response.assertNoGuest()
      assert.throws(() => response.assertGuestCreated(), /It did nothing of the kind/)
    }
  })

  test('requests at the same time have journals of their own', async ({ cleanup }) => {
    const { client } = await createClient(cleanup)
    const [made, none] = await Promise.all([
      client.get('/cart').headers(BROWSER),
      client.get('/nothing').headers(BROWSER),
    ])
    made.assertGuestCreated()
    none.assertNoGuest()
  })

  test('assertConverted, with CSRF protection', async ({ assert, cleanup }) => {
    const { app, client } = await createClient(cleanup)
    const guest = await app.guestUsers.create()

    const refused = await client.post('/signup').form(CREDENTIALS).asGuest(guest).redirects(0)
    assert.throws(() => refused.assertConverted(), /Expected the request to convert a guest/)

    const converted = await client.post('/signup').form(CREDENTIALS).asGuest(guest).withCsrfToken()
    converted.assertConverted()
    converted.assertConverted(guest)
    const other = await app.guestUsers.create()
    assert.throws(() => converted.assertConverted(other), /convert guest 2\. It converted guest 1/)
    assert.throws(() => converted.assertMerged(), /merge a guest into an account/)
  })

  test('assertConverted knows saves that convert', async ({ cleanup }) => {
    const { client } = await createClient(cleanup)
    const response = await client.post('/profile').form(CREDENTIALS).asGuest().withCsrfToken()
    response.assertConverted()
  })

  test('assertMerged, also while the events are faked', async ({ assert, cleanup }) => {
    const { app, client, createUser } = await createClient(cleanup)
    const ann = await createUser()
    const events = app.emitter.fake()
    cleanup(async () => app.emitter.restore())

    const response = await client.post('/login').form(CREDENTIALS).asGuest().withCsrfToken()
    response.assertMerged()
    response.assertMerged(ann)
    assert.throws(() => response.assertConverted(), /It merged guest 2 into user 1/)
    events.assertEmitted('guest_user:merged')
  })

  test('refuses a regular user', async ({ assert, cleanup }) => {
    const { client, createUser } = await createClient(cleanup)
    await assert.rejects(
      async () => client.get('/cart').asGuest(await createUser()),
      /"asGuest" needs a guest, and user 1 is none/
    )
  })

  test('refuses to be a guest and a regular user', async ({ assert, cleanup }) => {
    const { app, client, createUser } = await createClient(cleanup)
    const [ann, guest] = [await createUser(), await app.guestUsers.create()]
    // Untyped, because these tests declare no guards
    const request = () => client.get('/cart') as any
    for (const sent of [
      request().loginAs(ann).asGuest(guest),
      request().asGuest(guest).loginAs(ann),
      request().asGuest(guest).withGuard('members').loginAs(ann),
    ]) {
      await assert.rejects(async () => sent, /"asGuest" and "loginAs" were both called/)
    }
  })

  test('everything works in a global transaction', async ({ assert, cleanup }) => {
    const { app, client, createUser } = await createClient(cleanup)
    await app.db.beginGlobalTransaction()
    const ann = await createUser('other@example.com')
    const heard: string[] = []
    for (const name of ['created', 'converted', 'merged', 'deleted'] as const) {
      app.emitter.on(`guest_user:${name}`, () => void heard.push(name))
    }

    const created = await client.get('/cart').headers(BROWSER)
    created.assertGuestCreated()
    const converted = await client.post('/signup').form(CREDENTIALS).asGuest().withCsrfToken()
    converted.assertConverted()
    const saved = await client
      .post('/profile')
      .form({ ...CREDENTIALS, email: 'bob@example.com' })
      .asGuest()
      .withCsrfToken()
    saved.assertConverted()
    const merged = await client
      .post('/login')
      .form({ email: 'other@example.com' })
      .asGuest()
      .withCsrfToken()
    merged.assertMerged(ann)

    await app.expireGuests()
    const { deleted } = await app.guestUsers.cleanup()
    assert.equal(deleted, 1)
    assert.deepEqual([...new Set(heard)].sort(), ['converted', 'created', 'deleted', 'merged'])
    assert.equal(heard.filter((name) => name === 'converted').length, 2)

    await app.db.rollbackGlobalTransaction()
    assert.equal(await app.count('users'), 0)
  })
})
