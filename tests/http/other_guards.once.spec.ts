import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp } from '../app/test_app.ts'
import { createCartApp } from '../app/cart_app.ts'

test.group('Other tables and guards', () => {
  test('a row of another table with the same key is no guest', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    class Admin extends BaseModel {
      @column({ isPrimary: true })
      declare id: number
    }
    Admin.boot()

    const guest = await app.guestUsers.create()
    const admin = new Admin().fill({ id: Number(guest.$primaryKeyValue) })
    assert.isTrue(await app.guestUsers.isGuest(guest))
    assert.isFalse(await app.guestUsers.isGuest(admin))
  })

  test('a user that another guard has recognised is known', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(router, middleware) {
        router
          .get('/api', whoAmI)
          .use(async ({ auth }, next) => {
            await auth.authenticateUsing(['basic' as never])
            return next()
          })
          .use(middleware.allowGuestUser())
          .use(middleware.regularUserRequired())
      },
    })
    cleanup(() => app.close())

    await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const authorization = `Basic ${btoa('ann@example.com:secret12')}`
    const response = await new Visitor(app.url).get('/api', { authorization })
    assert.deepInclude(response.json(), { kind: 'regular', isAuthenticated: true })
    assert.equal(await app.count('users'), 1)
  })
})

test.group('Guards for other models', () => {
  test('are refused before a guest is made', async ({ assert, cleanup }) => {
    class Customer extends BaseModel {
      static table = 'users'

      @column({ isPrimary: true })
      declare id: number

      @column()
      declare email: string
    }
    const app = await createCartApp({ guestUser: { userModel: async () => Customer } })
    cleanup(() => app.close())

    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.match(
      response.json().message,
      /guard "web" of "config\/auth\.ts" does not sign in users of the model "Customer"/
    )
    assert.equal(await app.count('users'), 0)
  })
})
