import { test } from '@japa/runner'
import { column } from '@adonisjs/lucid/orm'

import { Guest } from '../../src/models/guest.ts'
import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'

test.group('Keys', () => {
  test('users with {$self} keys')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createCartApp({ userKey })
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
    const app = await createCartApp()
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
    const app = await createCartApp({
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
    const app = await createCartApp({ guestUser: { guestModel: async () => SingleGuest } })
    cleanup(() => app.close())

    await app.guestUsers.create()
    await assert.rejects(() => app.guestUsers.create(), /visit_key/)
    assert.equal(await app.count('users'), 1)
  })

  test('a regular user is no guest, and neither is nobody', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const user = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    assert.isFalse(await app.guestUsers.isGuest(user))
    assert.isFalse(await app.guestUsers.isGuest(null))
    assert.isFalse(await app.guestUsers.isGuest(undefined))
  })
})
