import { test } from '@japa/runner'

import { createExaminedApp } from '../app/examined_app.ts'
import { routerMiddleware, type TestAppOptions } from '../app/test_app.ts'
import SessionMiddleware from '@adonisjs/session/session_middleware'
import GuestMiddleware from '../install/app/app/middleware/guest_middleware.ts'

async function findIn(options: TestAppOptions) {
  const app = await createExaminedApp(options)
  try {
    return await app.find()
  } finally {
    await app.close()
  }
}

const { session, auth, guestUser } = routerMiddleware

test.group('Doctor: middleware', () => {
  test('{code}')
    .with([
      {
        code: 'missing-session-middleware',
        order: [auth, guestUser],
        module: '@adonisjs/session/session_middleware',
      },
      {
        code: 'missing-auth-middleware',
        order: [session, guestUser],
        module: '@adonisjs/auth/initialize_auth_middleware',
      },
      {
        code: 'missing-guest-user-middleware',
        order: [session, auth],
        module: 'adonisjs-guest-user/initialize_guest_user_middleware',
      },
    ])
    .run(async ({ assert }, { code, order, module }) => {
      const findings = await findIn({ routerMiddleware: order })
      assert.deepEqual(
        findings.map((finding) => finding.code),
        [code]
      )
      const [{ severity, message, fix }] = findings
      assert.equal(severity, 'error')
      assert.include(message, `"${module}" is not in "router.use([…])" of "start/kernel.ts"`)
      assert.include(message, '"GET /cart"')
      assert.include(fix, `() => import('${module}'),`)
    })

  test('middleware-order: {name}')
    .with([
      { name: 'session last', order: [auth, guestUser, session] },
      { name: 'auth last', order: [session, guestUser, auth] },
      { name: 'guest users first', order: [guestUser, session, auth] },
      {
        name: 'guests allowed before there are any',
        order: [
          session,
          auth,
          () => import('../../src/middleware/allow_guest_user_middleware.ts'),
          guestUser,
        ],
      },
    ])
    .run(async ({ assert }, { order }) => {
      const [finding, ...others] = await findIn({ routerMiddleware: order })
      assert.lengthOf(others, 0)
      assert.equal(finding.code, 'middleware-order')
      assert.equal(finding.severity, 'error')
      assert.include(finding.message, '"start/kernel.ts"')
      const positions = ['session_middleware', 'initialize_auth', 'initialize_guest_user'].map(
        (name) => finding.fix.indexOf(name)
      )
      assert.deepEqual(
        positions,
        [...positions].sort((a, b) => a - b)
      )
    })

  test('session-after-auth', async ({ assert }) => {
    const [finding, ...others] = await findIn({ routerMiddleware: [auth, session, guestUser] })
    assert.lengthOf(others, 0)
    assert.equal(finding.code, 'session-after-auth')
    assert.equal(finding.severity, 'warning')
    assert.match(finding.message, /initialize_auth_middleware, then .*session_middleware/)
  })

  test('broken-middleware', async ({ assert }) => {
    const findings = await findIn({
      routerMiddleware: [session, auth, () => import('#middleware/' + 'nothing'), guestUser],
    })
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['broken-middleware']
    )
    assert.include(findings[0].message, '#middleware/')
    assert.include(findings[0].fix, '"start/kernel.ts"')
  })

  test('a middleware that extends the one that is meant is as good', async ({ assert }) => {
    class OwnSessionMiddleware extends SessionMiddleware<any> {}
    assert.deepEqual(
      await findIn({
        routerMiddleware: [async () => ({ default: OwnSessionMiddleware }), auth, guestUser],
      }),
      []
    )
  })

  test('a second copy of a package is known by its module', async ({ assert }) => {
    const source = `async () => ({ default: class {} }) /* import('@adonisjs/session/session_middleware') */`
    const secondCopy = Object.assign(async () => ({ default: class {} as never }), {
      toString: () => source,
    })
    assert.deepEqual(await findIn({ routerMiddleware: [secondCopy, auth, guestUser] }), [])
  })
})

test.group('Doctor: login and signup', () => {
  const closed: TestAppOptions = {
    routes(router) {
      const middleware = router.named({ guest: async () => ({ default: GuestMiddleware }) })
      router
        .group(() => {
          router.get('/login', () => '')
          router.post('/login', () => '')
          router.get('/sign-up', () => '')
          router.get('/hello', () => '').as('session.create')
          router.get('/welcome', () => '')
          router.get('/forgot-password', () => '')
        })
        .use(middleware.guest())
    },
  }

  test('login-shuts-guests-out', async ({ assert }) => {
    const [finding] = await findIn(closed)
    assert.equal(finding.code, 'login-shuts-guests-out')
    assert.equal(finding.severity, 'warning')
    assert.include(finding.message, '"middleware.guest()" in "start/routes.ts"')
    assert.include(finding.message, '"GET /login", "POST /login", "GET /sign-up" and 2 more')
    assert.include(finding.fix, '.use(middleware.unregisteredOnly())')
  })

  test('route-shuts-guests-out', async ({ assert }) => {
    const [, finding, ...others] = await findIn(closed)
    assert.lengthOf(others, 0)
    assert.equal(finding.code, 'route-shuts-guests-out')
    assert.equal(finding.severity, 'info')
    assert.match(finding.message, /including guests: they cannot reach "GET \/welcome"$/)
    assert.include(finding.fix, 'If guests should reach them')
  })

  test('the pages that the configuration names count as well', async ({ assert }) => {
    const [finding, ...others] = await findIn({
      ...closed,
      guestUser: { redirects: { convert: '/welcome' } },
    })
    assert.lengthOf(others, 0)
    assert.include(finding.message, 'and 3 more')
  })

  test('unregisteredOnly is fine, by any name', async ({ assert }) => {
    const findings = await findIn({
      routes(router, middleware) {
        const { guest } = router.named({
          guest: () => import('../../src/middleware/unregistered_only_middleware.ts'),
        })
        router.get('/login', () => '').use(middleware.unregisteredOnly())
        router.get('/signup', () => '').use(guest())
      },
    })
    assert.deepEqual(findings, [])
  })
})
