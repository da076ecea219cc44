import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { Visitor } from '../app/visitor.ts'
import { logIn } from '../app/log_in.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createReplicatedDatabase } from '../app/replicated_database.ts'
import { confirmAll } from '../app/deletion_pages.ts'
import { runCommand } from '../app/cleanup_command.ts'
import { convert } from '../app/converting_app.ts'
import { arriveAsOperator, createAdminApp } from '../app/admin_app.ts'

const ANN = { email: 'ann@example.com', password: 'secret12' }

/**
 * An application whose tests run in a global transaction, as
 * `testUtils.db().wrapInGlobalTransaction()` has it
 */
async function createApp() {
  const mails: string[] = []
  const app = await createAdminApp({
    shield: false,
    guestUser: { admin: { sendPasswordReset: ({ email }: any) => void mails.push(email) } },
    routes(router, middleware) {
      const allow = middleware.allowGuestUser()
      router.get('/visit', whoAmI).use(allow)
      router.post('/register', async (ctx: HttpContext) => {
        const user = await ctx.guestUser.register(ANN)
        return { id: user.$primaryKeyValue, kind: await ctx.guestUser.kind() }
      })
      router.post('/convert', async (ctx: HttpContext) => {
        await ctx.guestUser.convert(ANN)
        return whoAmI(ctx)
      })
      router.post('/log-in/:id', async (ctx: HttpContext) => {
        await logIn(ctx, await app.User.findOrFail(ctx.params.id))
        return whoAmI(ctx)
      })
      router.post('/merge-into/:id', async (ctx: HttpContext) => {
        await ctx.guestUser.mergeInto(await app.User.findOrFail(ctx.params.id))
        return whoAmI(ctx)
      })
    },
  })

  const rollBack = await wrapInGlobalTransaction(app)
  return {
    ...app,
    mails,

    /**
     * An open transaction would keep the connection, and the test that failed
     * in it would never end
     */
    async close() {
      if (app.db.connectionGlobalTransactions.size > 0) {
        await app.db.rollbackGlobalTransaction()
      }
      await app.close()
    },

    /**
     * @returns the rows that are left
     */
    async rollBack() {
      await rollBack()
      return [await app.count('users'), await app.count('guests'), await app.count('notes')]
    },
    async expiredGuests(count: number) {
      const users: any[] = []
      for (let index = 0; index < count; index++) {
        const user: any = await app.guestUsers.create()
        await app.db.table('notes').insert({ user_id: user.id, body: 'note' })
        users.push(user)
      }
      await app.expireGuests()
      return users
    },
  }
}

async function wrapInGlobalTransaction({ app }: TestApp) {
  const testUtils: any = await app.container.make('testUtils')
  return testUtils.db().wrapInGlobalTransaction() as Promise<() => Promise<void>>
}

test.group('In a global transaction', () => {
  test('create, find, isGuest, convert, register and merge', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { guestUsers } = app

    const first: any = await guestUsers.create()
    const second: any = await guestUsers.create()
    const third: any = await guestUsers.create()
    assert.isNotNull(await guestUsers.find(first))
    assert.isTrue(await guestUsers.isGuest(first))

    await guestUsers.convert(first, ANN)
    assert.isFalse(await guestUsers.isGuest(first))

    await third.merge({ email: 'cid@example.com', password: 'secret12' }).save()
    assert.isFalse(await guestUsers.isGuest(third))

    const bob: any = await guestUsers.register({ email: 'bob@example.com', password: 'secret12' })
    await app.db.table('notes').insert({ user_id: second.id, body: 'note' })
    await guestUsers.merge(second, bob)
    assert.equal((await app.db.from('notes').firstOrFail()).user_id, bob.id)
    assert.isNull(await app.User.find(second.id))

    assert.deepEqual(await app.rollBack(), [0, 0, 0])
  })

  test('two guests whose names collide', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const first: any = await app.guestUsers.create({ username: 'same' })
    const second: any = await app.guestUsers.create({ username: 'same' })
    assert.notEqual(first.email, second.email)
    assert.deepEqual(await app.rollBack(), [0, 0, 0])
  })

  test('cleanup, and its dry run', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const users = await app.expiredGuests(5)
    await app.guestUsers.create()

    const { expired, deleted } = await app.guestUsers.cleanup({ dryRun: true })
    assert.deepEqual([expired, deleted], [5, 0])
    const some = await app.guestUsers.cleanup({ userIds: [users[0].id] })
    assert.equal(some.deleted, 1)
    assert.equal((await app.guestUsers.cleanup({ batchSize: 2 })).deleted, 4)
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('notes'), 0)
    assert.deepEqual(await app.rollBack(), [0, 0, 0])
  })

  test('a cleanup leaves the settings of the transaction alone', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.rollBack()
    if (dialect === 'sqlite') {
      // It has no such settings
      return
    }
    const isPostgres = dialect === 'postgres'
    const trx = await app.db.beginGlobalTransaction()
    if (isPostgres) {
      await trx.rawQuery('set transaction isolation level repeatable read')
    }
    const ask = isPostgres
      ? `select current_setting('lock_timeout') as a, current_setting('transaction_isolation') as b`
      : 'select @@innodb_lock_wait_timeout as a, @@tx_isolation as b'
    const settings = async () => {
      const answer = await trx.rawQuery(ask)
      return { ...(isPostgres ? answer.rows[0] : answer[0][0]) }
    }
    await app.expiredGuests(2)

    const before = await settings()
    assert.equal((await app.guestUsers.cleanup()).deleted, 2)
    assert.deepEqual(await settings(), before)
  })

  test('cleanup around a guest that is blocked', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.rollBack()
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    const rollBack = await wrapInGlobalTransaction(app)
    const users = await app.expiredGuests(4)
    await app.db.table('orders').insert({ user_id: users[1].id })

    const { deleted, blockedBy } = await app.guestUsers.cleanup()
    assert.equal(deleted, 3)
    assert.deepEqual(
      blockedBy.map(({ table, userIds }) => ({ table, userIds })),
      [{ table: 'orders', userIds: [users[1].id] }]
    )
    await rollBack()
    assert.equal(await app.count('users'), 0)
  })

  test('the command', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.expiredGuests(3)

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.at(-1)!, /Deleted 3 of 3 expired guests/)
    assert.deepEqual(await app.rollBack(), [0, 0, 0])
  })

  test('requests: a visit, then {action}')
    .with([
      { action: 'register', kind: 'regular' },
      { action: 'convert', kind: 'regular' },
      { action: 'log-in', kind: 'regular' },
      { action: 'merge-into', kind: 'regular' },
    ])
    .run(async ({ assert, cleanup }, { action, kind }) => {
      const app = await createApp()
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)
      const { id, kind: before } = (await visitor.get('/visit')).json()
      assert.equal(before, 'guest')
      await app.db.table('notes').insert({ user_id: id, body: 'note' })
      assert.equal((await visitor.get('/visit')).json().id, id)

      const isMerge = ['log-in', 'merge-into'].includes(action)
      const account: any = isMerge ? await app.User.create(ANN) : { id }
      const answer = await visitor.post(isMerge ? `/${action}/${account.id}` : `/${action}`)
      assert.equal(answer.status, 200)
      assert.deepInclude(answer.json(), { id: account.id, kind })
      assert.equal((await app.db.from('notes').firstOrFail()).user_id, account.id)
      assert.equal(await app.count('guests'), 0)
      assert.deepEqual(await app.rollBack(), [0, 0, 0])
    })

  test('the admin pages', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const [first, second] = await app.expiredGuests(3)
    const operator = await arriveAsOperator(app)

    assert.include((await operator.get('/admin/guests')).text, '<caption>3 guests</caption>')
    assert.equal((await operator.get(`/admin/guests/${first.id}`)).status, 200)
    await convert(operator, first.id, { email: 'ann@example.com' })
    assert.deepEqual(app.mails, ['ann@example.com'])
    const { messages } = await confirmAll(operator, `guests=${second.id}&older_than=30d`)
    assert.deepEqual(messages, ['1 guest was deleted.'])
    assert.equal(await app.count('guests'), 1)
    assert.deepEqual(await app.rollBack(), [0, 0, 0])
  })
})

test.group('In a global transaction of another connection', () => {
  test('users who were read there bring no transaction along', async ({ assert, cleanup }) => {
    const other = await createReplicatedDatabase()
    const app = await createTestApp({
      connections: other.connections,
      prepare: ({ db }) => other.createTables(db),
    })
    cleanup(async () => {
      await app.close()
      await other.drop()
    })
    await app.db.beginGlobalTransaction('primary')
    cleanup(() => app.db.rollbackGlobalTransaction('primary'))

    const client = app.db.connection('primary')
    const { id }: any = await app.guestUsers.create({ client })
    const user = await app.User.findOrFail(id, { client })
    assert.isTrue(user.$trx === (client as unknown))
    // It is not the model's own connection, where nobody has this id
    assert.isNull(await app.guestUsers.find(user))
  })
})
