import { test } from '@japa/runner'
import { AsyncLocalStorage } from 'node:async_hooks'

import { Visitor } from '../app/visitor.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createCartApp } from '../app/cart_app.ts'
import { WriteLog } from '../app/write_log.ts'

const CROWD = 40

/**
 * How many of them are in a write
 */
const WRITES = {
  sqlite: [40],
  postgres: [1, 1, 38],
  mariadb: [1, 1, 1, 1, 16, 16, 4],
}

const named = (fullName: string, index = fullName) =>
  ({ fullName, email: `${index}@guest.invalid` }) as any

function createCrowd(app: TestApp, size = CROWD): Promise<any[]> {
  return Promise.all(Array.from({ length: size }, () => app.guestUsers.create()))
}

async function createTwo(app: TestApp) {
  await app.guestUsers.create()
  await app.guestUsers.create()
}

/**
 * Each guest has the id of the row that was inserted for it
 */
async function assertOwnRows(app: TestApp, users: any[], assert: any) {
  for (const user of users) {
    const row = await app.User.findOrFail(user.id)
    assert.equal(row.email, user.email)
    assert.isNotNull(await app.guestUsers.find(user.id))
  }
  assert.lengthOf(new Set(users.map(({ id }) => id)), users.length)
}

test.group('Guests who come at the same time', () => {
  for (const userKey of ['increments', 'bigIncrements', 'uuid', 'string'] as const) {
    test(`share writes, and have keys of their own (${userKey})`, async ({ assert, cleanup }) => {
      const app = await createTestApp({ userKey })
      cleanup(() => app.close())
      let users: any[] = []
      const writes = await new WriteLog(app.db).during(async () => {
        users = await createCrowd(app)
      })
      assert.sameMembers(writes, WRITES[dialect])
      await assertOwnRows(app, users, assert)
    })
  }

  // Lucid reads such a key back on PostgreSQL only
  if (dialect === 'postgres') {
    test('have the keys that the database made at random', async ({ assert, cleanup }) => {
      const app = await createTestApp({
        userKey: 'uuid',
        async prepare({ db, User }) {
          await db.rawQuery('alter table users alter id set default gen_random_uuid()')
          User.selfAssignPrimaryKey = false
          User.$hooks.clear('before:create')
        },
      })
      cleanup(() => app.close())
      const users = await createCrowd(app)
      await assertOwnRows(app, users, assert)
      assert.match(users[0].id, /^[0-9a-f-]{36}$/)
    })
  }

  for (const userKey of ['increments', 'uuid'] as const) {
    test(`may have values for different columns (${userKey})`, async ({ assert, cleanup }) => {
      let index = 0
      const app = await createTestApp({
        userKey,
        async prepare({ db, User }) {
          await db.connection().schema.alterTable('users', (table) => {
            table.string('plan').defaultTo('free')
            table.integer('score').nullable()
          })
          User.$addColumn('plan', {})
          User.$addColumn('score', {})
        },
        guestUser: {
          attributes: ({ username }: any) => {
            index += 1
            return {
              email: app.db.raw('upper(?)', [username]),
              ...(index % 2 === 0 && { plan: `plan ${username}` }),
              ...(index % 3 === 0 && { score: index, fullName: username }),
            } as any
          },
        },
      })
      cleanup(() => app.close())
      const users = await createCrowd(app)
      for (const user of users) {
        const row: any = await app.User.findOrFail(user.id)
        assert.match(row.email, /^[0-9A-F-]{36}$/)
        assert.equal(row.$attributes.plan, user.$attributes.plan ?? 'free')
        assert.equal(row.$attributes.score, user.$attributes.score ?? null)
        const names = [user.$attributes.plan?.slice(5), user.fullName].filter(Boolean)
        names.forEach((name) => assert.equal(name.toUpperCase(), row.email))
      }
    })
  }

  if (dialect !== 'postgres') {
    test('with keys of the model take one statement for all users', async ({ assert, cleanup }) => {
      const app = await createTestApp({ userKey: 'uuid' })
      cleanup(() => app.close())
      const statements = await app.queries.during(() => createCrowd(app))
      const inserts = statements.filter((sql) => /^insert into .users./.test(sql))
      assert.lengthOf(inserts, WRITES[dialect].length)
    })
  }

  test('each have one event, with what is theirs', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:created', (event) => void events.push(event))

    const visits = Array.from({ length: CROWD }, async (_, index) => {
      const visitor = new Visitor(app.url)
      const { id, name } = (await visitor.get(`/cart?visitor=${index}`)).json()
      assert.deepInclude((await visitor.get('/about')).json(), { id, name, kind: 'guest' })
      return { id, name, index }
    })
    const seen = await Promise.all(visits)
    assert.lengthOf(events, CROWD)
    for (const { id, name, index } of seen) {
      const { user, guest, ctx } = events.find((event) => event.user.id === id)
      assert.equal(guest.userId, id)
      assert.equal(user.fullName, name)
      assert.equal(ctx.request.input('visitor'), String(index))
    }
  })

  test('go on in their own asynchronous context', async ({ assert, cleanup }) => {
    const storage = new AsyncLocalStorage<number>()
    const inEvents: unknown[] = []
    const app = await createTestApp({
      guestUser: { attributes: () => named(`guest-${storage.getStore()}`) },
      async prepare({ User }) {
        User.before('create', (user: any) => {
          assert.equal(user.fullName, `guest-${storage.getStore()}`)
        })
      },
    })
    cleanup(() => app.close())
    app.emitter.on('guest_user:created', ({ user }: any) => {
      inEvents.push(user.fullName === `guest-${storage.getStore()}`)
    })
    await Promise.all(
      Array.from({ length: CROWD }, (_, index) =>
        storage.run(index, async () => {
          const user: any = await app.guestUsers.create()
          assert.equal(storage.getStore(), index)
          assert.equal(user.fullName, `guest-${index}`)
        })
      )
    )
    assert.deepEqual(inEvents, Array(CROWD).fill(true))
  })

  // Elsewhere a write is several statements
  if (dialect === 'postgres') {
    test('send no small write beside a large one', async ({ assert, cleanup }) => {
      const app = await createTestApp()
      cleanup(() => app.close())
      const inFlight = new Map<string, number>()
      const sizes: number[] = []
      let small = 0
      const knex = app.db.connection().getWriteClient()
      knex.on('query', ({ sql, __knexQueryUid: id }: any) => {
        const guests = sql.match(/insert into "users"/gi)?.length ?? 0
        if (guests > 0) {
          small += [...inFlight.values()].some((beside) => guests < beside) ? 1 : 0
          inFlight.set(id, guests)
          sizes.push(guests)
        }
      })
      knex.on('query-response', (_: unknown, { __knexQueryUid: id }: any) => inFlight.delete(id))

      for (let round = 0; round < 10; round++) {
        await Promise.all(Array.from({ length: CROWD }, () => createTwo(app)))
      }
      // One that takes long, on a busy machine, makes nobody wait
      assert.isBelow(small, sizes.length / 2)
    })
  }

  test('one who comes alone waits for nobody', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const log = new WriteLog(app.db)
    for (let count = 0; count < 3; count++) {
      assert.deepEqual(await log.during(() => app.guestUsers.create()), [1])
    }
  })
})
