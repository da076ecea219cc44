import { test } from '@japa/runner'

import { logIn } from '../app/log_in.ts'
import { Visitor } from '../app/visitor.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const JSON_CLIENT = { accept: 'application/json' }
const JSON_API_CLIENT = { accept: 'application/vnd.api+json' }

async function createApp(options: TestAppOptions = {}) {
  const app: TestApp = await createTestApp({
    routes(router, middleware) {
      router.get('/guest', ({ response }) => response.noContent()).use(middleware.allowGuestUser())
      router.get('/login', async (ctx) => {
        const email = ctx.request.input('email')
        await logIn(ctx, await app.User.create({ email, password: 'secret12' }))
      })
      router.get('/intended', ({ response }) => response.redirect().toIntended('/nothing'))
      router.get('/flash', ({ session }) => session.flashMessages.get('error', ''))

      router.get('/why', () => 'for guests').use(middleware.guestUserRequired())
      router
        .get('/why/options', () => 'for guests')
        .use(middleware.guestUserRequired({ anonymousUrl: '/anon', registeredUrl: '/reg' }))
      router.any('/settings', () => 'for users').use(middleware.regularUserRequired())
      router
        .get('/settings/options', () => 'for users')
        .use(middleware.regularUserRequired({ loginUrl: '/enter', convertUrl: '/keep' }))
      router
        .get('/why/:locale', () => 'for guests')
        .use(
          middleware.guestUserRequired({
            anonymousUrl: ({ params }) => `/${params.locale}/anon`,
            registeredUrl: ({ params }) => `/${params.locale}/reg`,
          })
        )
      router
        .get('/settings/:locale', () => 'for users')
        .use(
          middleware.regularUserRequired({
            loginUrl: ({ params }) => `/${params.locale}/enter`,
            convertUrl: ({ params }) => `/${params.locale}/keep`,
          })
        )
      router.get('/signup', () => 'sign up').use(middleware.unregisteredOnly())
      router
        .get('/signup/options', () => 'sign up')
        .use(middleware.unregisteredOnly({ registeredUrl: '/home' }))
      router
        .get('/signup/:locale', () => 'sign up')
        .use(
          middleware.unregisteredOnly({ registeredUrl: ({ params }) => `/${params.locale}/home` })
        )
    },
    ...options,
  })

  const visitors = {
    anonymous: async () => new Visitor(app.url),
    async guest() {
      const visitor = new Visitor(app.url)
      await visitor.get('/guest')
      return visitor
    },
    async regular() {
      const visitor = new Visitor(app.url)
      await visitor.get(`/login?email=${Math.random()}@example.com`)
      return visitor
    },
  }
  return { app, visitors }
}

/**
 * Who gets what: a status, or the path they are sent to
 */
const doors = [
  { path: '/why', anonymous: '/login', guest: 200, regular: '/' },
  { path: '/why/options', anonymous: '/anon', guest: 200, regular: '/reg' },
  { path: '/settings', anonymous: '/login', guest: '/signup', regular: 200 },
  { path: '/settings/options', anonymous: '/enter', guest: '/keep', regular: 200 },
  { path: '/signup', anonymous: 200, guest: 200, regular: '/' },
  { path: '/signup/options', anonymous: 200, guest: 200, regular: '/home' },
  { path: '/why/de', anonymous: '/de/anon', guest: 200, regular: '/de/reg' },
  { path: '/settings/de', anonymous: '/de/enter', guest: '/de/keep', regular: 200 },
  { path: '/signup/de', anonymous: 200, guest: 200, regular: '/de/home' },
]

const jsonDoors = [
  { path: '/why', anonymous: 401, guest: 200, regular: 403, code: 'E_GUEST_USER_REQUIRED' },
  { path: '/settings', anonymous: 401, guest: 403, regular: 200, code: 'E_REGULAR_USER_REQUIRED' },
  { path: '/signup', anonymous: 200, guest: 200, regular: 403, code: 'E_ALREADY_REGISTERED' },
]

const kinds = ['anonymous', 'guest', 'regular'] as const

test.group('Restricting access', () => {
  test('{path} for browsers')
    .with(doors)
    .run(async ({ assert, cleanup }, door) => {
      const { app, visitors } = await createApp()
      cleanup(() => app.close())

      for (const kind of kinds) {
        const visitor = await visitors[kind]()
        const response = await visitor.get(door.path)
        const expected = door[kind]
        if (typeof expected === 'number') {
          assert.equal(response.status, expected, kind)
        } else {
          assert.equal(response.status, 302, kind)
          assert.equal(response.location, expected, kind)
          assert.isNotEmpty((await visitor.get('/flash')).text)
        }
      }
    })

  test('{path} for JSON clients')
    .with(jsonDoors)
    .run(async ({ assert, cleanup }, door) => {
      const { app, visitors } = await createApp()
      cleanup(() => app.close())

      for (const kind of kinds) {
        const visitor = await visitors[kind]()
        const response = await visitor.get(door.path, JSON_CLIENT)
        assert.equal(response.status, door[kind], kind)
        if (door[kind] !== 200) {
          assert.isString(response.json().errors[0].message)

          const jsonApi = await visitor.get(door.path, JSON_API_CLIENT)
          assert.equal(jsonApi.status, door[kind], kind)
          assert.equal(jsonApi.json().errors[0].code, door.code)
        }
      }
    })

  test('targets can be functions of the request', async ({ assert, cleanup }) => {
    const { app, visitors } = await createApp({
      guestUser: {
        redirects: {
          login: ({ request }) => `/${request.input('locale')}/login`,
          registered: '/home',
        },
      },
    })
    cleanup(() => app.close())

    const anonymous = await visitors.anonymous()
    assert.equal((await anonymous.get('/settings?locale=de')).location, '/de/login')
    assert.equal((await anonymous.get('/why?locale=fr')).location, '/fr/login')
    const regular = await visitors.regular()
    assert.equal((await regular.get('/why')).location, '/home')
  })
})

test.group('Intended URL', () => {
  test('the page for regular users is kept, with its query', async ({ assert, cleanup }) => {
    const { app, visitors } = await createApp()
    cleanup(() => app.close())

    for (const kind of ['anonymous', 'guest'] as const) {
      const visitor = await visitors[kind]()
      await visitor.get('/settings?tab=mail')
      assert.equal((await visitor.get('/intended')).location, '/settings?tab=mail')
      assert.equal((await visitor.get('/intended')).location, '/nothing')
    }
  })

  test('a form post is not kept', async ({ assert, cleanup }) => {
    const { app, visitors } = await createApp()
    cleanup(() => app.close())

    const visitor = await visitors.guest()
    assert.equal((await visitor.post('/settings')).location, '/signup')
    assert.equal((await visitor.get('/intended')).location, '/nothing')
  })

  test('a page for guests is not kept: nobody turned away can become one', async ({
    assert,
    cleanup,
  }) => {
    const { app, visitors } = await createApp()
    cleanup(() => app.close())

    const visitor = await visitors.regular()
    await visitor.get('/why')
    assert.equal((await visitor.get('/intended')).location, '/nothing')
  })
})

test.group('Queries', () => {
  test('{path} adds none for a {kind} user')
    .with([
      { path: '/why', kind: 'guest' },
      { path: '/settings', kind: 'regular' },
      { path: '/signup', kind: 'guest' },
    ] as const)
    .run(async ({ assert, cleanup }, { path, kind }) => {
      const { app, visitors } = await createApp()
      cleanup(() => app.close())

      const visitor = await visitors[kind]()
      await visitor.get(path)
      const queries = await app.queries.during(async () => {
        assert.equal((await visitor.get(path)).status, 200)
      })
      assert.lengthOf(queries, 1)
      assert.match(queries[0], /from .users. where .id. =/)
    })

  test('pages that nobody guards add one a session', async ({ assert, cleanup }) => {
    const { app, visitors } = await createApp()
    cleanup(() => app.close())

    const visitor = await visitors.regular()
    const queries = await app.queries.during(async () => {
      for (let visit = 0; visit < 5; visit++) {
        await visitor.get('/flash')
      }
    })
    assert.lengthOf(
      queries.filter((sql) => /guests/.test(sql)),
      0
    )
    assert.lengthOf(queries, 5)
  })
})
