import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { routerMiddleware } from '../app/test_app.ts'
import { createCartApp, visitCart } from '../app/cart_app.ts'

test.group('Wrong middleware', () => {
  const { bodyparser, session, auth, guestUser } = routerMiddleware

  test('no session')
    .with([[[bodyparser, auth, guestUser]], [[bodyparser, guestUser, session, auth]]])
    .run(async ({ assert }, [middleware]) => {
      const { status, text } = await visitCart({ routerMiddleware: middleware })
      assert.equal(status, 500)
      assert.match(text, /session_middleware" is missing or runs too late.*"start\/kernel\.ts"/)
    })

  test('auth too late, or not at all')
    .with([[[bodyparser, session, guestUser, auth]], [[bodyparser, session, guestUser]]])
    .run(async ({ assert }, [middleware]) => {
      const { text } = await visitCart({ routerMiddleware: middleware })
      assert.match(text, /initialize_auth_middleware" is missing or runs too late.*"start\/kernel/)
    })

  test('no initialize middleware', async ({ assert }) => {
    const { text } = await visitCart({ routerMiddleware: [bodyparser, session, auth] })
    assert.match(text, /initialize_guest_user_middleware" is missing.*"start\/kernel\.ts"/)
  })
})

test.group('Harmless mistakes', () => {
  test('the initialize middleware listed twice', async ({ assert }) => {
    const { bodyparser, session, auth, guestUser } = routerMiddleware
    const app = await createCartApp({
      routerMiddleware: [bodyparser, session, auth, guestUser, guestUser],
    })
    const response = await new Visitor(app.url).get('/cart')
    await app.close()
    assert.equal(response.json().kind, 'guest')
  })
})
