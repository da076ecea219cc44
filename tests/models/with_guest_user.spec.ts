import { test } from '@japa/runner'
import { compose } from '@adonisjs/core/helpers'
import { BaseModel, column, SnakeCaseNamingStrategy } from '@adonisjs/lucid/orm'
import { withAuthFinder } from '@adonisjs/auth/mixins/lucid'

import { Guest } from '../../src/models/guest.ts'
import { withGuestUser } from '../../src/models/with_guest_user.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

class OwnGuest extends Guest {
  static table = 'guests'
  get label() {
    return `guest since ${this.createdAt.year}`
  }
}

class Account extends compose(
  BaseModel,
  withAuthFinder(() => null as never),
  withGuestUser(() => OwnGuest)
) {
  static table = 'users'
  static namingStrategy = new SnakeCaseNamingStrategy()

  @column({ isPrimary: true })
  declare id: number

  @column()
  declare email: string

  @column({ serializeAs: null })
  declare password: string
}

async function createApp(cleanup: (callback: () => Promise<void>) => void) {
  const app: TestApp = await createTestApp()
  cleanup(() => app.close())
  for (const username of ['ann', 'bob']) {
    await app.guestUsers.create({ username })
  }
  await app.guestUsers.register({ email: 'carol@example.com', password: 'secret12' })
  return app
}

test.group('withGuestUser()', () => {
  test('isGuest after a preload, in two queries', async ({ assert, cleanup }) => {
    const app = await createApp(cleanup)
    let users: Account[] = []
    const queries = await app.queries.during(async () => {
      users = await Account.query().preload('guest').orderBy('id')
    })
    assert.lengthOf(queries, 2)
    assert.deepEqual(
      users.map(({ isGuest }) => isGuest),
      [true, true, false]
    )
    assert.equal(users[0].guest.label, `guest since ${new Date().getFullYear()}`)
    assert.isNull(users[2].guest)
  })

  test('isGuest without a preload throws', async ({ assert, cleanup }) => {
    await createApp(cleanup)
    const user = await Account.firstOrFail()
    assert.throws(() => user.isGuest, /"isGuest" of user 1 is unknown.*preload\('guest'\)/)
    await user.load('guest')
    assert.isTrue(user.isGuest)
  })

  test('scopes for lists and counts', async ({ assert, cleanup }) => {
    await createApp(cleanup)
    const guests = await Account.query().withScopes((scopes) => scopes.guests())
    assert.sameMembers(
      guests.map(({ email }) => email),
      ['ann@guest.invalid', 'bob@guest.invalid']
    )
    const [{ $extras }] = await Account.query()
      .withScopes((scopes) => scopes.registered())
      .where('email', 'like', '%example.com')
      .count('* as total')
    assert.equal($extras.total, 1)
  })

  test('a user is serialized with the flag when it is known', async ({ assert, cleanup }) => {
    await createApp(cleanup)
    const user = await Account.firstOrFail()
    const text = JSON.stringify(user)
    assert.notInclude(text, 'uest"')
    await user.load('guest')
    const { email, isGuest, guest } = JSON.parse(JSON.stringify(user))
    assert.deepEqual(
      { email, isGuest, guest },
      {
        email: 'ann@guest.invalid',
        isGuest: true,
        guest: undefined,
      }
    )
  })

  test('works in a transaction', async ({ assert, cleanup }) => {
    const app = await createApp(cleanup)
    await app.db.transaction(async (trx) => {
      const [user] = await Account.query({ client: trx }).preload('guest').orderBy('id')
      assert.isTrue(user.isGuest)
    })
  })
})

test.group('withGuestUser() and the package', () => {
  test('a merge leaves the row of the guest alone', async ({ assert, cleanup }) => {
    const app: TestApp = await createTestApp({
      prepare: async ({ User }) => {
        User.$addRelation('guest', 'hasOne', () => OwnGuest, { foreignKey: 'userId' })
      },
    })
    cleanup(() => app.close())
    const ann = await app.guestUsers.register({ email: 'ann@example.com', password: 'secret12' })
    const guest = await app.guestUsers.create()
    const queries = await app.queries.during(() => app.guestUsers.merge(guest, ann))
    const updates = queries.filter((sql) => sql.startsWith('update'))
    assert.isEmpty(updates.filter((sql) => sql.includes('guests')))
    assert.isFalse(await app.guestUsers.isGuest(ann))
    assert.equal(await app.count('guests'), 0)
  })
})
