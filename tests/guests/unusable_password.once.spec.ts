import { test } from '@japa/runner'

import { createCartApp } from '../app/cart_app.ts'

test.group('Passwords', () => {
  test('nothing is hashed for a guest but one secret', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    let hashed = 0
    const hash = await app.app.container.make('hash')
    const hasher = hash.use()
    const make = hasher.make.bind(hasher)
    hasher.make = (value) => {
      hashed += 1
      return make(value)
    }

    for (let guests = 0; guests < 5; guests++) {
      await app.guestUsers.create()
    }
    assert.equal(hashed, 1)
  })

  test('a hasher that fails once fails for one guest', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const hasher = (await app.app.container.make('hash')).use()
    const make = hasher.make.bind(hasher)
    hasher.make = () => {
      hasher.make = make
      throw new Error('no memory')
    }

    await assert.rejects(() => app.guestUsers.create(), 'no memory')
    assert.equal(await app.count('users'), 0)
    await app.guestUsers.create()
    const guest = await app.User.firstOrFail()
    assert.isTrue(guest.password.startsWith('$scrypt$'))
  })

  test('a guest cannot log in, and the answer is the ordinary one', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    await app.guestUsers.create()
    const guest = await app.User.query().where('email', 'like', '%@guest.invalid').firstOrFail()

    assert.isTrue(guest.password.startsWith('$scrypt$'))
    for (const email of [guest.email, 'ann@example.com', 'nobody@example.com']) {
      for (const password of ['password', guest.password, guest.email]) {
        const error: any = await app.User.verifyCredentials(email, password).catch((e) => e)
        assert.equal(error.code, 'E_INVALID_CREDENTIALS')
      }
    }
  })

  test('a password that attributes return is not kept', async ({ assert, cleanup }) => {
    const app = await createCartApp({
      guestUser: {
        attributes: ({ username }) => ({ email: `${username}@guest.invalid`, password: 'guest' }),
      },
    })
    cleanup(() => app.close())
    await app.guestUsers.create()
    const guest = await app.User.firstOrFail()
    assert.isFalse(await guest.verifyPassword('guest'))
  })

  test('regular users are hashed as ever', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    await app.guestUsers.create()
    const ann = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    assert.isTrue(await ann.verifyPassword('secret12'))
  })
})
