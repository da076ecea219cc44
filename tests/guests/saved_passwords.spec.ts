import { test } from '@japa/runner'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { Adapter, BaseModel, column } from '@adonisjs/lucid/orm'
import { DbAccessTokensProvider } from '@adonisjs/auth/access_tokens'

import { createTestDatabase, dialect } from '../app/test_database.ts'
import { createTokenTables } from '../app/tables.ts'
import { GuestFactory } from '../../factories/main.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

/**
 * An application with a guest, and the instance that its code would find
 */
async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp(options)
  const converted: any[] = []
  app.emitter.on('guest_user:converted', ({ user }) => void converted.push(user))
  const { id } = (await app.guestUsers.create()) as any
  const guest: any = await app.User.findOrFail(id)

  return {
    app,
    guest,
    id: id as number,

    /**
     * The ids of the events, which arrive after the save
     */
    async converted() {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return converted.map((user) => user.id)
    },
    async isGuest() {
      return (await app.guestUsers.find(id)) !== null
    },
  }
}

const logIn = async (app: TestApp) =>
  (await app.User.verifyCredentials(ANN.email, ANN.password)).id as number

test.group('A save that gives a guest a password', () => {
  test('makes them a regular user, whom no cleanup deletes', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    await app.db.table('notes').insert({ user_id: id, body: 'mine' })

    await guest.merge(ANN).save()
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
    assert.isUndefined(guest.$trx)
    assert.isFalse(guest.$isDirty)

    await app.expireGuests()
    await app.guestUsers.cleanup()
    assert.equal(await logIn(app), id)
    assert.equal(await app.count('notes'), 1)
  })

  test('in each of the ways that Lucid has: {$self}')
    .with(['saveQuietly', 'updateOrCreate', 'updateOrCreateMany', 'useTransaction'])
    .run(async ({ assert, cleanup }, way) => {
      const { app, guest, id, ...look } = await createApp()
      cleanup(() => app.close())
      const { email } = guest
      const password = await app.app.container.make('hash').then((hash) => hash.make('secret12'))

      const ways: Record<string, () => Promise<unknown>> = {
        saveQuietly: () => guest.merge({ password }).saveQuietly(),
        updateOrCreate: () => app.User.updateOrCreate({ email }, { password: 'secret12' }),
        updateOrCreateMany: () =>
          app.User.updateOrCreateMany('email', [{ email, password: 'secret12' }]),
        useTransaction: () =>
          app.db.transaction((trx) => guest.useTransaction(trx).merge(ANN).save()),
      }
      await ways[way]()
      assert.isFalse(await look.isGuest())
      assert.deepEqual(await look.converted(), [id])
      const user = await app.User.findOrFail(id)
      assert.isTrue(await user.verifyPassword('secret12'))
    })

  test('through another model of the same table', async ({ assert, cleanup }) => {
    const { app, id, ...look } = await createApp()
    cleanup(() => app.close())
    class Member extends BaseModel {
      static table = 'users'

      @column({ isPrimary: true })
      declare id: number

      @column()
      declare password: string
    }
    const member = await Member.findOrFail(id)
    await member.merge({ password: 'hashed elsewhere' }).save()
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
  })

  test('hashes it once, and runs the hooks of the model once', async ({ assert, cleanup }) => {
    let hooks = 0
    let hashes = 0
    const { app, guest } = await createApp({
      async prepare({ User }) {
        User.before('save', () => void hooks++)
      },
    })
    cleanup(() => app.close())
    const hasher = (await app.app.container.make('hash')).use()
    const make = hasher.make.bind(hasher)
    hasher.make = (value: string) => {
      hashes += 1
      return make(value)
    }

    hooks = 0
    await guest.merge(ANN).save()
    assert.equal(hooks, 1)
    assert.equal(hashes, 1)
  })

  test('leaves the guest a guest when it fails', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    await app.User.create(ANN)

    await assert.rejects(() => guest.merge(ANN).save())
    assert.isTrue(await look.isGuest())
    assert.deepEqual(await look.converted(), [])
    assert.isUndefined(guest.$trx)

    await guest.merge({ email: 'other@example.com' }).save()
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
  })

  test('revokes the tokens of the guest, but for the one in use', async ({ assert, cleanup }) => {
    let User: any
    const { app, guest } = await createApp({
      async prepare({ db, ...models }) {
        User = models.User
        User.accessTokens = DbAccessTokensProvider.forModel(User)
        await createTokenTables(db)
      },
    })
    cleanup(() => app.close())
    const used = await User.accessTokens.create(guest)
    await User.accessTokens.create(guest)

    guest.currentAccessToken = used
    await guest.merge(ANN).save()
    assert.deepEqual(
      (await User.accessTokens.all(guest)).map(({ identifier }: any) => Number(identifier)),
      [Number(used.identifier)]
    )
  })
})

test.group('A process that has not met a guest yet', () => {
  test('converts by its first save', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    cleanup(() => database.drop())
    const site = await createApp({ database })
    await site.app.close()

    const job = await createTestApp({ database, createTables: false })
    cleanup(() => job.close())
    const user: any = await job.User.findOrFail(site.id)
    await user.merge(ANN).save()
    assert.equal(await job.count('guests'), 0)
    assert.equal(await logIn(job), site.id)
  })
})

test.group('A save within a transaction of the application', () => {
  test('converts when that commits, and says so afterwards', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())

    await app.db.transaction(async (trx) => {
      await guest.useTransaction(trx).merge(ANN).save()
      assert.equal(guest.$trx, trx)
      assert.deepEqual(await look.converted(), [])
    })
    assert.isUndefined(guest.$trx)
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
  })

  test('leaves the guest a guest when that is rolled back', async ({ assert, cleanup }) => {
    const { app, guest, ...look } = await createApp()
    cleanup(() => app.close())

    const trx = await app.db.transaction()
    await guest.useTransaction(trx).merge(ANN).save()
    await trx.rollback()
    assert.isTrue(await look.isGuest())
    assert.deepEqual(await look.converted(), [])
    await assert.rejects(() => logIn(app))
  })

  test('works in the one that tests roll back', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())

    await app.db.beginGlobalTransaction()
    await guest.merge(ANN).save()
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
    await app.db.rollbackGlobalTransaction()
    assert.isTrue(await look.isGuest())
  })

  test('leaves the guest a guest when the save fails and the rest commits', async ({
    assert,
    cleanup,
  }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    await app.User.create(ANN)

    await app.db.transaction(async (trx: TransactionClientContract) => {
      await assert.rejects(() => guest.useTransaction(trx).merge(ANN).save())
      await trx.table('notes').insert({ user_id: id, body: 'kept' })
    })
    assert.isTrue(await look.isGuest())
    assert.equal(await app.count('notes'), 1)
    assert.deepEqual(await look.converted(), [])
  })
})

test.group('Other saves', () => {
  test('of a guest change nothing about them', async ({ assert, cleanup }) => {
    const { app, guest, ...look } = await createApp()
    cleanup(() => app.close())

    const statements = await app.queries.during(() => guest.merge({ fullName: 'A guest' }).save())
    assert.lengthOf(statements, 1, statements.join('\n'))
    assert.isTrue(await look.isGuest())
    assert.deepEqual(await look.converted(), [])
  })

  test('of a regular user without a password cost nothing', async ({ assert, cleanup }) => {
    const { app } = await createApp()
    cleanup(() => app.close())
    const ann: any = await app.User.create(ANN)
    const statements = await app.queries.during(() => ann.merge({ fullName: 'Anna' }).save())
    assert.lengthOf(statements, 1, statements.join('\n'))
  })

  test('of a regular user’s password look for a guest and for the user', async ({
    assert,
    cleanup,
  }) => {
    const { app, ...look } = await createApp()
    cleanup(() => app.close())
    const ann: any = await app.User.create(ANN)
    const statements = await app.queries.during(() => ann.merge({ password: 'secret34' }).save())
    assert.lengthOf(statements, 3, statements.join('\n'))
    assert.isTrue(await (await app.User.findOrFail(ann.id)).verifyPassword('secret34'))
    assert.deepEqual(await look.converted(), [])
  })

  test('by the package itself cost what they did', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    const statements = await app.queries.during(() => app.guestUsers.convert(guest, ANN))
    assert.lengthOf(statements, 3, statements.join('\n'))
    assert.deepEqual(await look.converted(), [id])

    const created = await app.queries.during(() => app.guestUsers.create())
    assert.lengthOf(created, dialect === 'postgres' ? 1 : 2, created.join('\n'))
  })

  test('in the callback of a conversion convert once', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    await app.guestUsers.convert(guest, async (user: any) => {
      await user.merge(ANN).save()
    })
    assert.deepEqual(await look.converted(), [id])
    assert.equal(await logIn(app), id)
  })

  test('of a model that has a password column and no guests', async ({ assert, cleanup }) => {
    const { app, ...look } = await createApp({
      async prepare({ db }) {
        await db.connection().schema.createTable('admins', (table) => {
          table.increments('id')
          table.string('password')
        })
      },
    })
    cleanup(() => app.close())
    class Admin extends BaseModel {
      @column({ isPrimary: true })
      declare id: number

      @column()
      declare password: string
    }
    const admin = await Admin.create({ password: 'one' })
    assert.isTrue(await look.isGuest())
    const statements = await app.queries.during(() => admin.merge({ password: 'two' }).save())
    assert.lengthOf(statements, 1, statements.join('\n'))
    assert.isTrue(await look.isGuest())
  })

  test('work before the migration was run', async ({ assert, cleanup }) => {
    const { app } = await createApp()
    cleanup(() => app.close())
    const ann: any = await app.User.create(ANN)
    await app.db.connection().schema.dropTable('guests')

    await ann.merge({ password: 'secret34' }).save()
    await app.db.transaction(async (trx) => {
      await ann.useTransaction(trx).merge({ fullName: 'Anna', password: 'secret56' }).save()
      await trx.table('notes').insert({ user_id: ann.id, body: 'kept' })
    })
    const saved: any = await app.User.findOrFail(ann.id)
    assert.equal(saved.fullName, 'Anna')
    assert.isTrue(await saved.verifyPassword('secret56'))
    assert.equal(await app.count('notes'), 1)
  })
})

test.group('An adapter of the application', () => {
  class TenantAdapter extends Adapter {
    #updates = 0

    get updates() {
      return this.#updates
    }

    async update(...[row, dirty]: Parameters<Adapter['update']>) {
      this.#updates += 1
      await super.update(row, dirty)
    }
  }

  test('set before the first guest, on the model', async ({ assert, cleanup }) => {
    let adapter: TenantAdapter | undefined
    const { app, guest, id, ...look } = await createApp({
      async prepare({ db, User }) {
        adapter = new TenantAdapter(db)
        User.useAdapter(adapter)
      },
    })
    cleanup(() => app.close())
    await guest.merge(ANN).save()
    assert.equal(adapter!.updates, 1)
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
  })

  test('set later, for all models', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    const adapter = new TenantAdapter(app.db as any)
    BaseModel.$adapter = adapter
    await guest.merge(ANN).save()
    assert.equal(adapter.updates, 1)
    assert.isFalse(await look.isGuest())
    assert.deepEqual(await look.converted(), [id])
  })
})

test.group('A listener of the event', () => {
  test('may save the user', async ({ assert, cleanup }) => {
    const { app, guest, id, ...look } = await createApp()
    cleanup(() => app.close())
    const saves: string[][] = []
    app.emitter.on('guest_user:converted', async ({ user }: any) => {
      saves.push(Object.keys(user.$dirty))
      await user.merge({ fullName: 'Ann, as welcomed' }).save()
    })
    await guest.merge(ANN).save()
    assert.deepEqual(await look.converted(), [id])
    assert.deepEqual(saves, [[]])
    assert.equal((await app.User.findOrFail(id)).fullName, 'Ann, as welcomed')
  })
})

test.group('A save against others', () => {
  test('that a cleanup wins says that the user is gone', async ({ assert, cleanup }) => {
    const { app, guest, ...look } = await createApp()
    cleanup(() => app.close())
    await app.expireGuests()
    await app.guestUsers.cleanup()

    const error: any = await guest
      .merge(ANN)
      .save()
      .catch((reason: unknown) => reason)
    assert.equal(error.code, 'E_MODEL_DELETED')
    assert.deepEqual(await look.converted(), [])
  })

  test('of a cleanup, over expired guests', async ({ assert, cleanup }) => {
    const { app } = await createApp()
    cleanup(() => app.close())
    const guests: any[] = await new GuestFactory(app.app).expired().createMany(40)

    const [results] = await Promise.all([
      Promise.allSettled(
        guests.map((guest, index) =>
          guest.merge({ ...ANN, email: `ann-${index}@example.com` }).save()
        )
      ),
      app.guestUsers.cleanup({ batchSize: 5 }),
    ])
    for (const [index, { status }] of results.entries()) {
      const user = await app.User.find(guests[index].id)
      assert.equal(user?.email, status === 'fulfilled' ? `ann-${index}@example.com` : undefined)
      assert.isNull(await app.guestUsers.find(guests[index].id))
    }
  })

  test('and a conversion: one event, and nobody is lost', async ({ assert, cleanup }) => {
    const { app, ...look } = await createApp()
    cleanup(() => app.close())
    const guests: any[] = await new GuestFactory(app.app).createMany(20)

    const outcomes = await Promise.all(
      guests.map(async (guest, index) => {
        const row: any = await app.User.findOrFail(guest.id)
        const email = `ann-${index}@example.com`
        return Promise.allSettled([
          app.guestUsers.convert(guest.id, { email }),
          row.merge({ email, password: 'secret12' }).save(),
        ])
      })
    )
    for (const [conversion, save] of outcomes) {
      assert.equal(save.status, 'fulfilled')
      if (conversion.status === 'rejected') {
        assert.equal(conversion.reason.code, 'E_NOT_A_GUEST')
      }
    }
    const ids = guests.map(({ id }) => id)
    assert.sameMembers(await look.converted(), ids)
    for (const id of ids) {
      assert.isNull(await app.guestUsers.find(id))
      assert.isNotNull(await app.User.find(id))
    }
  })
})
