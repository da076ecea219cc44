import { test } from '@japa/runner'
import { tokensGuard } from '@adonisjs/auth/access_tokens'

import { defineConfig } from '../../index.ts'
import { createExaminedApp } from '../app/examined_app.ts'
import { createExaminedTokenApp, LIMITED, type Routes } from '../app/examined_token_app.ts'

test.group('Doctor: tokens', () => {
  test('finds nothing in a token API', async ({ assert, cleanup }) => {
    const app = await createExaminedTokenApp()
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })

  test('missing-token-provider', async ({ assert, cleanup }) => {
    const app = await createExaminedTokenApp()
    cleanup(() => app.close())
    app.User.accessTokens = undefined
    const [finding, ...others] = await app.find()
    assert.deepEqual(others, [])
    assert.equal(finding.code, 'missing-token-provider')
    assert.match(finding.message, /The guard "api" of "config\/auth\.ts".*model "User"/)
    assert.include(finding.fix, 'static accessTokens = DbAccessTokensProvider.forModel(User)')
  })

  test('login-does-not-merge: tokens of the application’s own', async ({ assert, cleanup }) => {
    const provider = {
      createToken: () => {
        throw new Error('The user has no key')
      },
    }
    const app = await createExaminedTokenApp({
      guards: { api: tokensGuard({ provider } as never) as never },
    })
    cleanup(() => app.close())
    const [finding, ...others] = await app.find()
    assert.deepEqual(others, [])
    assert.equal(finding.code, 'login-does-not-merge')
    assert.include(finding.fix, 'await guestUser.mergeInto(user)')

    app.app.config.set(
      'guest_user',
      defineConfig({
        userModel: async () => app.User,
        attributes: ({ username }) => ({ email: `${username}@guest.invalid` }) as never,
        mergeMode: 'off',
      })
    )
    assert.deepEqual(await app.find(), [])
  })
})

test.group('Doctor: routes for tokens', () => {
  test('{code}')
    .with<{ code: string; severity: string; message: string; fix: string; options: any }[]>([
      {
        code: 'tokens-without-api-routes',
        severity: 'warning',
        message: '"api" is one for access tokens, but no route gives a guest a token',
        fix: "guestUsers.registerApiRoutes('/guest')",
        options: { routes: () => {} },
      },
      {
        code: 'allow-makes-no-guest',
        severity: 'info',
        message: '"middleware.allowGuestUser()" makes no guest on "GET /cart"',
        fix: "guard: 'web',",
        options: {
          routes: ((router, middleware, guestUsers) => {
            LIMITED(router, middleware, guestUsers)
            router.get('/cart', () => 'cart').use(middleware.allowGuestUser())
          }) as Routes,
        },
      },
      {
        code: 'api-without-throttle',
        severity: 'info',
        message: '"POST /guest" has no throttle',
        fix: "registerApiRoutes('/guest').use(guestThrottle)",
        options: {
          routes: ((_router, _middleware, guestUsers) => {
            guestUsers.registerApiRoutes('/guest')
          }) as Routes,
        },
      },
    ])
    .run(async ({ assert, cleanup }, { code, severity, message, fix, options }) => {
      const app = await createExaminedTokenApp(options)
      cleanup(() => app.close())
      const [finding, ...others] = await app.find()
      assert.deepEqual(others, [])
      assert.deepInclude(finding, { code, severity })
      assert.include(finding.message, message)
      assert.include(finding.fix, fix)
    })

  test('api-without-token-guard', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({ routes: LIMITED })
    cleanup(() => app.close())
    const { code, severity, message, fix } = await app.findOne()
    assert.deepEqual([code, severity], ['api-without-token-guard', 'error'])
    assert.include(message, '"POST /guest" answers with an error: "config/auth.ts" has no guard')
    assert.include(fix, 'node ace configure @adonisjs/auth --guard=access_tokens')
  })

  test('guests who are disabled need no routes', async ({ assert, cleanup }) => {
    const app = await createExaminedTokenApp({ routes: () => {}, guestUser: { enabled: false } })
    cleanup(() => app.close())
    assert.deepEqual(
      (await app.find()).map(({ code }) => code),
      ['disabled']
    )
  })
})
