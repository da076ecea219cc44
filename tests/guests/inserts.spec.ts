import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import type { Database } from '@adonisjs/lucid/database'
import { Adapter } from '@adonisjs/lucid/orm'

import { Guest } from '../../src/models/guest.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const isJoint = (sql: string) => sql.startsWith('with "adonisjs_guest_user_')

/**
 * Guests who all came at the same time
 */
class FixedGuest extends Guest {
  static table = 'guests'

  initiateAutoCreateColumns() {
    this.createdAt = DateTime.fromISO('2026-01-01')
  }
}

/**
 * An application that creates a guest, and the statements of that
 */
async function create(options: TestAppOptions, cleanup: (close: () => Promise<void>) => void) {
  const app = await createTestApp(options)
  cleanup(() => app.close())
  let user: any
  const statements = await app.queries.during(async () => {
    user = await app.guestUsers.create()
  })
  return { app, user, statements }
}

function assertBothRows(app: TestApp, assert: any, rows: number) {
  return Promise.all([app.count('users'), app.count('guests')]).then((counts) =>
    assert.deepEqual(counts, [rows, rows])
  )
}

test.group('The rows of a guest', () => {
  test('take one statement on PostgreSQL, two elsewhere', async ({ assert, cleanup }) => {
    const { app, user, statements } = await create({}, cleanup)
    if (dialect === 'postgres') {
      assert.lengthOf(statements, 1)
      assert.isTrue(isJoint(statements[0]))
    } else {
      assert.lengthOf(statements, 2)
    }
    await assertBothRows(app, assert, 1)

    assert.isTrue(user.$isPersisted)
    assert.isFalse(user.$isDirty)
    assert.isUndefined(user.$trx)
    const row = await app.User.findOrFail(user.id)
    assert.deepEqual({ ...user.$attributes, ...row.$attributes }, row.$attributes)
    await user.merge({ fullName: 'Later' }).save()
    assert.equal((await app.User.findOrFail(user.id)).fullName, 'Later')
  })

  test('have the values of hooks before, and expressions of SQL', async ({ assert, cleanup }) => {
    let database: Database | undefined
    const { app, user } = await create(
      {
        async prepare({ db, User }) {
          database = db
          User.before('create', (row: any) => void (row.fullName = `${row.fullName} of the hook`))
        },
        guestUser: {
          attributes: ({ username }: any) => ({
            fullName: username,
            email: database!.raw('upper(?)', [`${username}@guest.invalid`]),
          }),
        },
      },
      cleanup
    )
    const row: any = await app.User.findOrFail(user.id)
    assert.match(row.fullName, / of the hook$/)
    assert.match(row.email, /^[A-Z0-9-]+@GUEST\.INVALID$/)
  })

  for (const name of ['after:create', 'after:save'] as const) {
    test(`are in the transaction of a hook ${name}`, async ({ assert, cleanup }) => {
      const seen: boolean[] = []
      const [when, event] = name.split(':') as ['after', 'create' | 'save']
      const { app, statements } = await create(
        {
          async prepare({ User }) {
            User[when](event, (row: any) => void seen.push(row.$trx !== undefined))
          },
        },
        cleanup
      )
      assert.deepEqual(seen, [true])
      assert.isFalse(statements.some(isJoint))
      await assertBothRows(app, assert, 1)
    })
  }

  for (const [when, event] of [
    ['before', 'save'],
    ['after', 'create'],
  ] as const) {
    test(`are both missing when a hook ${when} them fails`, async ({ assert, cleanup }) => {
      const app = await createTestApp({
        async prepare({ User }) {
          User[when](event, () => {
            throw new Error('no')
          })
        },
      })
      cleanup(() => app.close())
      await assert.rejects(() => app.guestUsers.create(), 'no')
      await assertBothRows(app, assert, 0)
    })
  }

  test('know each other in hooks of the guest', async ({ assert, cleanup }) => {
    const seen: unknown[] = []
    class Visitor extends Guest {
      static table = 'guests'
    }
    Visitor.boot()
    Visitor.before('create', (guest) => void seen.push(guest.userId))
    const { user } = await create(
      { guestUser: { guestModel: () => Promise.resolve({ default: Visitor }) as any } },
      cleanup
    )
    assert.deepEqual(seen, [user.id])
  })

  test('are inserted by the adapter of the application', async ({ assert, cleanup }) => {
    const inserted: string[] = []
    const { app, statements } = await create(
      {
        async prepare({ db, User }) {
          class Counting extends Adapter {
            async insert(...args: Parameters<Adapter['insert']>) {
              inserted.push(args[0].constructor.name)
              return super.insert(...args)
            }
          }
          User.$adapter = new Counting(db)
        },
      },
      cleanup
    )
    assert.deepEqual(inserted, ['User'])
    assert.isFalse(statements.some(isJoint))
    await assertBothRows(app, assert, 1)
  })

  test('are both missing when what the model does after saving fails', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp({
      async prepare({ User }) {
        const { save } = User.prototype
        User.prototype.save = async function (this: any) {
          await save.call(this)
          assert.exists(this.$trx)
          throw new Error('no')
        }
      },
    })
    cleanup(() => app.close())
    await assert.rejects(() => app.guestUsers.create(), 'no')
    await assertBothRows(app, assert, 0)
  })

  test('join the transaction of the caller', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const trx = await app.db.transaction()
    await app.guestUsers.create({ client: trx })
    await trx.rollback()
    await assertBothRows(app, assert, 0)
  })

  test('say what is taken in a table of guests with a key of its own', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp({
      async prepare({ db }) {
        await db.connection().schema.alterTable('guests', (table) => table.unique(['created_at']))
      },
      guestUser: { guestModel: () => Promise.resolve({ default: FixedGuest }) as any },
    })
    cleanup(() => app.close())
    await app.guestUsers.create()
    await assert.rejects(() => app.guestUsers.create(), /\(unique, /)
    await assertBothRows(app, assert, 1)
  })

  test('have the key as the user model reads it', async ({ assert, cleanup }) => {
    let user: any
    const { app } = await create(
      {
        async prepare({ User }) {
          User.$getColumn('id')!.consume = (value) => String(value)
        },
      },
      cleanup
    )
    app.emitter.on('guest_user:created', (event: any) => void (user = event))
    await app.guestUsers.create()
    assert.strictEqual(user.guest.userId, user.user.id)
    assert.isString(user.user.id)
    assert.isFalse(user.guest.$isDirty)
  })

  test('are not tried again when the database did not see them', async ({ assert, cleanup }) => {
    let tries = 0
    const app = await createTestApp({
      async prepare({ User }) {
        User.before('create', () => {
          tries += 1
          throw new TypeError('a bug')
        })
      },
    })
    cleanup(() => app.close())
    await assert.rejects(() => app.guestUsers.create(), 'a bug')
    assert.equal(tries, 1)
  })

  test('name the column that has no value', async ({ assert, cleanup }) => {
    const app = await createTestApp({ guestUser: { attributes: () => ({ fullName: 'X' }) as any } })
    cleanup(() => app.close())
    await assert.rejects(() => app.guestUsers.create(), /users\.email/)
    await assertBothRows(app, assert, 0)
  })
})
