import { test } from '@japa/runner'

import { createTestApp, type TestAppOptions } from './app/test_app.ts'
import { visitCart } from './app/cart_app.ts'

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
    assert.match(
      error.message,
      /"guard" must name a guard .* for sessions or access tokens, but "basic" is of another kind/
    )
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

  test('a username that is empty', async ({ assert }) => {
    const { text } = await visitCart({ guestUser: { username: () => '' } })
    assert.match(text, /"username" must return a name that is not empty/)
  })
})
