import { test } from '@japa/runner'

import { defineConfig } from '../index.ts'
import { Visitor } from './app/visitor.ts'
import { whoAmI } from './app/who_am_i.ts'
import { createTestApp, routerMiddleware, type TestAppOptions } from './app/test_app.ts'

const attributes = ({ username }: { username: string }) => ({
  email: `${username}@guest.invalid`,
})

/**
 * The error that keeps the application from starting
 */
async function failToStart(options: TestAppOptions): Promise<any> {
  try {
    const app = await createTestApp(options)
    await app.close()
  } catch (error) {
    return error
  }
  throw new Error('The application started')
}

/**
 * What the first visitor is answered
 */
async function visitCart(options: TestAppOptions) {
  const app = await createTestApp({
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
    },
    ...options,
  })
  try {
    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    return { ...response, text: response.json().message, users: await app.count('users') }
  } finally {
    await app.close()
  }
}

test.group('Wrong config/guest_user.ts', () => {
  test('missing file', async ({ assert }) => {
    const error = await failToStart({ rawGuestUserConfig: undefined })
    assert.equal(error.code, 'E_INVALID_GUEST_USER_CONFIG')
    assert.match(error.message, /"config\/guest_user\.ts".*node ace configure adonisjs-guest-user/)
  })

  test('a plain object', async ({ assert }) => {
    const error = await failToStart({ rawGuestUserConfig: { enabled: true } })
    assert.match(error.message, /"config\/guest_user\.ts".*defineConfig/)
  })

  test('an unknown guard', async ({ assert }) => {
    const error = await failToStart({ guestUser: { guard: 'admin' as never } })
    assert.equal(
      error.message,
      'Invalid "config/guest_user.ts" file. "guard" is "admin", but "config/auth.ts" has only: basic, web, members'
    )
  })

  test('an unknown guard of the operators', async ({ assert }) => {
    const error = await failToStart({ guestUser: { admin: { guard: 'staff' as never } } })
    assert.equal(
      error.message,
      'Invalid "config/guest_user.ts" file. "admin.guard" is "staff", but "config/auth.ts" has only: basic, web, members'
    )
  })

  test('a guard that knows no sessions', async ({ assert }) => {
    const error = await failToStart({ guestUser: { guard: 'basic' as never } })
    assert.match(error.message, /"guard" must name a session guard .* "basic" is of another kind/)
  })

  test('{option}: {value}')
    .with([
      { option: 'userModel', value: undefined, message: /"userModel" must be a function/ },
      { option: 'attributes', value: { email: 'x' }, message: /"attributes" must be a function/ },
      { option: 'username', value: 'guest', message: /"username" must be a function/ },
      { option: 'allow', value: true, message: /"allow" must be a function/ },
      { option: 'expireBy', value: 'created_at', message: /"expireBy" must be/ },
      { option: 'maxAge', value: '30 moons', message: /"maxAge" must be a duration/ },
      { option: 'maxAge', value: -5, message: /"maxAge" must be a duration/ },
      { option: 'maxAge', value: 0, message: /"maxAge" must be a duration/ },
    ])
    .run(({ assert }, { option, value, message }) => {
      const config: any = { userModel: async () => {}, attributes, [option]: value }
      assert.throws(() => defineConfig(config), message)
      assert.throws(() => defineConfig(config), /"config\/guest_user\.ts"/)
    })

  test('a list of crawlers that is none', async ({ assert }) => {
    const error = await failToStart({ guestUser: { crawlers: 'Googlebot' as never } })
    assert.match(error.message, /"crawlers" must be false, a list of patterns, or a function/)
  })

  test('a user model that cannot be imported', async ({ assert }) => {
    const { status, text } = await visitCart({
      guestUser: { userModel: () => import('#models/' + 'nobody') },
    })
    assert.equal(status, 500)
    assert.match(text, /"config\/guest_user\.ts" file\. Cannot import "userModel"/)
  })

  test('a user model that is none', async ({ assert }) => {
    const { text } = await visitCart({ guestUser: { userModel: async () => ({}) as never } })
    assert.match(text, /"userModel" must import a module whose default export is a Lucid model/)
  })

  test('a password column that is not there', async ({ assert }) => {
    const { text } = await visitCart({ guestUser: { passwordColumn: 'secret' } })
    assert.match(text, /"passwordColumn" is "secret", but the model "User" has no such column/)
  })

  test('attributes that are no columns', async ({ assert }) => {
    const { text, users } = await visitCart({
      guestUser: { attributes: () => ({ mail: 'x' }) as never },
    })
    assert.match(text, /"attributes" returns "mail", which is not a column of the model "User"/)
    assert.equal(users, 0)
  })

  test('attributes that leave a NOT NULL column out', async ({ assert }) => {
    const { text, users } = await visitCart({ guestUser: { attributes: () => ({}) } })
    assert.match(
      text,
      /column "users\.email" is NOT NULL.*"attributes" in "config\/guest_user\.ts"/
    )
    assert.equal(users, 0)
  })

  test('a username that is empty', async ({ assert }) => {
    const { text } = await visitCart({ guestUser: { username: () => '' } })
    assert.match(text, /"username" must return a name that is not empty/)
  })
})

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
    const app = await createTestApp({
      routerMiddleware: [bodyparser, session, auth, guestUser, guestUser],
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      },
    })
    const response = await new Visitor(app.url).get('/cart')
    await app.close()
    assert.equal(response.json().kind, 'guest')
  })
})

test.group('Migration not run', () => {
  test('ends in one error that says so', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      },
    })
    cleanup(() => app.close())
    await app.db.connection().schema.dropTable('guests')

    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.equal(response.status, 500)
    assert.match(
      response.json().message,
      /The "guests" table does not exist\. Run "node ace migration:run"/
    )
    assert.equal(await app.count('users'), 0)

    for (const call of [
      () => app.guestUsers.find(1),
      () => app.guestUsers.touch(1),
      () => app.guestUsers.cleanup(),
    ]) {
      await assert.rejects(call, /The "guests" table does not exist/)
    }
  })
})
