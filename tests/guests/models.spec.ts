import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { usernames } from '../../src/usernames.ts'
import { Guest } from '../../src/models/guest.ts'
import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

function createApp(options: TestAppOptions = {}) {
  return createTestApp({
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
    },
    ...options,
  })
}

test.group('Keys', () => {
  test('users with {$self} keys')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createApp({ userKey })
      cleanup(() => app.close())

      const visitor = new Visitor(app.url)
      const first = await visitor.get('/cart')
      assert.equal(first.json().kind, 'guest')
      assert.deepEqual((await visitor.get('/about')).json(), first.json())

      const user = await app.User.findOrFail(first.json().id)
      assert.isTrue(await app.guestUsers.isGuest(user))
      await app.expireGuests()
      assert.deepInclude(await app.guestUsers.cleanup(), { deleted: 1, blocked: 0 })
      assert.isNull(await app.User.find(user.id))
    })
})

test.group('Models', () => {
  test('hooks of the user model run, in the same transaction', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const calls: string[] = []
    for (const event of ['create', 'save'] as const) {
      app.User.before(
        event,
        (user) => void calls.push(`before ${event} ${user.$trx !== undefined}`)
      )
      app.User.after(event, (user) => void calls.push(`after ${event} ${user.$trx !== undefined}`))
    }

    await app.guestUsers.create()
    assert.deepEqual(calls, [
      'before create true',
      'before save true',
      'after create true',
      'after save true',
    ])
  })

  test('a guest model of your own is used', async ({ assert, cleanup }) => {
    class CampaignGuest extends Guest {
      static table = 'guests'

      @column()
      declare visitKey: string | null

      get label() {
        return `guest ${this.userId}`
      }
    }
    const app = await createApp({
      guestUser: { guestModel: async () => ({ default: CampaignGuest }) },
    })
    cleanup(() => app.close())

    const user = await app.guestUsers.create()
    const guest = await app.guestUsers.find(user)
    assert.instanceOf(guest, CampaignGuest)
    assert.equal((guest as CampaignGuest).label, `guest ${user.$primaryKeyValue}`)
  })

  test('a duplicate in a guest model of your own is told as it is', async ({ assert, cleanup }) => {
    class SingleGuest extends Guest {
      static table = 'guests'
    }
    SingleGuest.boot()
    SingleGuest.before('create', (guest) => {
      ;(guest as SingleGuest).visitKey = 'there can be only one'
    })
    const app = await createApp({ guestUser: { guestModel: async () => SingleGuest } })
    cleanup(() => app.close())

    await app.guestUsers.create()
    await assert.rejects(() => app.guestUsers.create(), /visit_key/)
    assert.equal(await app.count('users'), 1)
  })

  test('a regular user is no guest, and neither is nobody', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const user = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    assert.isFalse(await app.guestUsers.isGuest(user))
    assert.isFalse(await app.guestUsers.isGuest(null))
    assert.isFalse(await app.guestUsers.isGuest(undefined))
  })
})

test.group('Other tables and guards', () => {
  test('a row of another table with the same key is no guest', async ({ assert, cleanup }) => {
    const app = await createApp()
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
    const app = await createApp({ guestUser: { userModel: async () => Customer } })
    cleanup(() => app.close())

    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.match(
      response.json().message,
      /guard "web" of "config\/auth\.ts" does not sign in users of the model "Customer"/
    )
    assert.equal(await app.count('users'), 0)
  })
})

test.group('Passwords', () => {
  test('nothing is hashed for a guest but one secret', async ({ assert, cleanup }) => {
    const app = await createApp()
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

  test('a guest cannot log in, and the answer is the ordinary one', async ({ assert, cleanup }) => {
    const app = await createApp()
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
    const app = await createApp({
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
    const app = await createApp()
    cleanup(() => app.close())
    await app.guestUsers.create()
    const ann = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    assert.isTrue(await ann.verifyPassword('secret12'))
  })
})

test.group('Usernames', () => {
  const taken = (names: string[]) => {
    const used: number[] = []
    return {
      used,
      generator: (_: unknown, attempt: number) => {
        used.push(attempt)
        return names[attempt - 1] ?? 'fallback'
      },
    }
  }

  test('a taken name is followed by another', async ({ assert, cleanup }) => {
    const { generator, used } = taken(['taken', 'taken', 'free'])
    const app = await createApp({ guestUser: { username: generator } })
    cleanup(() => app.close())

    await app.User.create({ email: 'taken@guest.invalid', password: 'x' })
    const user = await app.guestUsers.create()
    assert.equal((user as any).email, 'free@guest.invalid')
    assert.deepEqual(used, [1, 2, 3])
    assert.equal(await app.count('users'), 2)
  })

  test('a wanted name is tried first', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { username: () => 'generated' } })
    cleanup(() => app.close())

    const first: any = await app.guestUsers.create({ username: 'wanted' })
    const second: any = await app.guestUsers.create({ username: 'wanted' })
    assert.equal(first.fullName, 'wanted')
    assert.equal(second.fullName, 'generated')
  })

  test('numbered names grow when they run out', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { username: usernames.numbered({ digits: 1 }) } })
    cleanup(() => app.close())

    for (let number = 1; number <= 9; number++) {
      await app.User.create({ email: `Guest${number}@guest.invalid`, password: 'x' })
    }
    const user: any = await app.guestUsers.create()
    assert.match(user.fullName, /^Guest\d{2,}$/)
  })

  test('it ends, with an answer for the visitor', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { username: () => 'always-the-same' } })
    cleanup(() => app.close())
    await app.guestUsers.create()

    const error: any = await app.guestUsers.create().catch((e) => e)
    assert.equal(error.code, 'E_USERNAME_EXHAUSTED')
    assert.match(error.help, /config\/guest_user\.ts/)
    assert.instanceOf(error.cause, Error)

    const html = await new Visitor(app.url).get('/cart')
    assert.equal(html.status, 503)
    assert.equal(html.text, 'No guest account is available at the moment. Please try again later')
    const json = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.equal(json.status, 503)
    assert.equal(json.json().errors[0].message, html.text)
    assert.equal(await app.count('users'), 1)
  })
})
