import { test } from '@japa/runner'

import { logIn } from '../app/log_in.ts'
import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

/**
 * What the Inertia client sends
 */
const VISIT = {
  'accept': 'text/html, application/xhtml+xml',
  'x-inertia': 'true',
  'x-requested-with': 'XMLHttpRequest',
}
const PREFETCH = { ...VISIT, purpose: 'prefetch' }

async function createApp(options: TestAppOptions = {}) {
  const app: TestApp = await createTestApp({
    sessionStore: 'memory',
    guestUser: { redirects: { convert: '/convert' } },
    ...options,
    routes(router, middleware, guestUsers) {
      guestUsers.registerConvertRoutes('/convert')
      guestUsers.registerAdminRoutes('/admin')
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router
        .get('/checkout', ({ response }) => response.redirect('/elsewhere'))
        .use(middleware.allowGuestUser())
      router.get('/orders', () => 'orders').use(middleware.regularUserRequired())
      router.post('/orders', () => 'ordered').use(middleware.regularUserRequired())
      router.get('/why', () => 'for guests').use(middleware.guestUserRequired())
      router.get('/intended', ({ response }) => response.redirect().toIntended('/nothing'))
      router.get('/messages', ({ session }) => session.flashMessages.all())
      router.get('/login', async (ctx) => {
        await logIn(ctx, await app.User.create({ email: 'ann@example.com', password: 'secret12' }))
      })
      router.post('/convert-again', ({ guestUser }) => guestUser.convert({ fullName: 'Ann' }))
    },
  })
  return app
}

async function becomeGuest(app: TestApp): Promise<Visitor> {
  const visitor = new Visitor(app.url)
  await visitor.get('/cart')
  return visitor
}

test.group('Answers that Inertia understands', () => {
  test('a page of ours is loaded by the browser')
    .with(['/convert', '/convert/success', '/admin', '/admin/7', '/admin/delete'])
    .run(async ({ assert, cleanup }, path) => {
      const app = await createApp()
      cleanup(() => app.close())
      const visitor = await becomeGuest(app)

      const response = await visitor.get(`${path}?from=menu`, VISIT)
      assert.equal(response.status, 409)
      assert.equal(response.headers.get('x-inertia-location'), `${path}?from=menu`)
      assert.equal(response.text, '')
    })

  test('the message of a redirect survives the full visit', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    const turnedAway = await visitor.get('/orders', VISIT)
    assert.deepInclude(turnedAway, { status: 302, location: '/convert' })
    const again = await visitor.get('/convert', VISIT)
    assert.equal(again.status, 409)

    const { text } = await visitor.get('/convert')
    assert.equal(text.match(/Sign up or log in to see this page/g)?.length, 1)
  })

  test('messages are where the starter kits read them')
    .with([VISIT, {}])
    .run(async ({ assert, cleanup }, headers) => {
      const app = await createApp()
      cleanup(() => app.close())
      const visitor = await becomeGuest(app)

      await visitor.get('/orders', headers)
      assert.containSubset((await visitor.get('/messages')).json(), {
        error: 'Sign up or log in to see this page',
        errorsBag: { E_REGULAR_USER_REQUIRED: 'Sign up or log in to see this page' },
      })
    })

  test('a visit is intended, like a page that the browser loads', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    await visitor.get('/orders?page=2', VISIT)
    assert.equal((await visitor.get('/intended')).location, '/orders?page=2')

    await visitor.post('/orders', {}, VISIT)
    assert.equal((await visitor.get('/intended')).location, '/nothing')
  })

  test('a request that is no visit of Inertia is not intended', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    await visitor.get('/orders', { 'x-requested-with': 'XMLHttpRequest' })
    assert.equal((await visitor.get('/intended')).location, '/nothing')
  })

  test('403 of the admin pages is a page, not a dialog', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    assert.equal((await visitor.get('/admin', VISIT)).status, 409)
    assert.equal((await visitor.get('/admin')).status, 403)
  })

  test('a form that fails leads back, with the message', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    await visitor.get('/login')

    const headers = { ...VISIT, referer: `${app.url}/orders?page=2` }
    const response = await visitor.post('/convert-again', {}, headers)
    assert.deepInclude(response, { status: 302, location: headers.referer })
    assert.containSubset((await visitor.get('/messages')).json(), {
      errorsBag: { E_NOT_A_GUEST: 'This account is not a guest any more' },
    })
    assert.equal((await visitor.post('/convert-again')).status, 409)
  })

  test('the answer to a page without a redirect is a page', async ({ assert, cleanup }) => {
    const app = await createApp({
      guestUser: { username: () => 'taken', redirects: {} },
    })
    cleanup(() => app.close())
    await becomeGuest(app)

    const visitor = new Visitor(app.url)
    const response = await visitor.get('/cart', VISIT)
    assert.equal(response.status, 409)
    assert.equal(response.headers.get('x-inertia-location'), '/cart')
    assert.equal((await visitor.get('/cart')).status, 503)
  })

  test('JSON clients are answered as before', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    const response = await visitor.get('/orders', { accept: 'application/json' })
    assert.equal(response.status, 403)
    assert.deepEqual(response.json(), {
      errors: [{ message: 'Sign up or log in to see this page' }],
    })
  })

  test('leads to no other site', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes: (router, middleware) =>
        router.get('*', whoAmI).use(middleware.allowGuestUser()) as never,
    })
    cleanup(() => app.close())

    const response = await fetch(`${app.url}//evil.example/cart`, {
      redirect: 'manual',
      headers: { ...PREFETCH, 'user-agent': Visitor.userAgent },
    })
    assert.equal(response.status, 409)
    assert.equal(response.headers.get('x-inertia-location'), '/')
  })
})

test.group('Pages that Inertia prefetches', () => {
  test('{path} makes no guest, and the click loads the page')
    .with([{ path: '/cart' }, { path: '/checkout' }])
    .run(async ({ assert, cleanup }, { path }) => {
      const app = await createApp()
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)

      const response = await visitor.get(path, PREFETCH)
      assert.deepInclude(response, { status: 409, location: null, text: '' })
      assert.equal(response.headers.get('x-inertia-location'), path)
      assert.equal(await app.count('guests'), 0)

      await visitor.get(path)
      assert.equal(await app.count('guests'), 1)
    })

  test('guests get the page', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    const response = await visitor.get('/cart', PREFETCH)
    assert.equal(response.status, 200)
    assert.equal(response.json().kind, 'guest')
  })

  test('whoever may not be a guest gets the page')
    .with([{ enabled: false }, { allow: () => false }, { crawlers: () => true }])
    .run(async ({ assert, cleanup }, guestUser) => {
      const app = await createApp({ guestUser })
      cleanup(() => app.close())
      const response = await new Visitor(app.url).get('/cart', PREFETCH)
      assert.equal(response.status, 200)
      assert.equal(response.json().kind, 'anonymous')
    })

  test('other prefetches get the page', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const response = await new Visitor(app.url).get('/cart', { 'sec-purpose': 'prefetch' })
    assert.equal(response.json().kind, 'anonymous')
  })

  test('a closed page leaves no message, and is not intended', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = await becomeGuest(app)

    const response = await visitor.get('/orders', PREFETCH)
    assert.equal(response.status, 409)
    assert.equal(response.headers.get('x-inertia-location'), '/orders')
    assert.deepEqual((await visitor.get('/messages')).json(), {})
    assert.equal((await visitor.get('/intended')).location, '/nothing')
  })
})
