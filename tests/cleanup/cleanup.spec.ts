import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { GuestFactory } from '../../factories/main.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp(options)
  const guests = new GuestFactory(app.app)
  const ids = async () => {
    const users = await app.User.query().orderBy('id')
    return users.map((user) => user.id)
  }
  return { app, guests, ids }
}

/**
 * SQLite has no names for foreign keys
 */
const nameOf = (constraint: string) => (dialect === 'sqlite' ? null : constraint)

const hoursAgo = (hours: number) => DateTime.now().minus({ hours })

test.group('Cleanup', () => {
  test('deletes exactly the expired guests', async ({ assert, cleanup }) => {
    const { app, guests, ids } = await createApp()
    cleanup(() => app.close())

    const regular: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const fresh: any = await guests.create()
    const active: any = await guests.seen(hoursAgo(48), hoursAgo(1)).create()
    await guests.expired().createMany(3)
    await guests.seen(hoursAgo(2.1)).create()

    const { seconds, ...result } = await app.guestUsers.cleanup()
    assert.deepEqual(result, {
      expired: 4,
      deleted: 4,
      left: 0,
      leftBy: [],
      blocked: 0,
      blockedBy: [],
      aborted: false,
    })
    assert.isAbove(seconds, 0)
    assert.deepEqual(await ids(), [regular.id, fresh.id, active.id])
    assert.equal(await app.count('guests'), 2)
  })

  test('of these users only the expired guests', async ({ assert, cleanup }) => {
    const { app, guests, ids } = await createApp()
    cleanup(() => app.close())
    const regular: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const fresh: any = await guests.create()
    const [first, second, third]: any[] = await guests.expired().createMany(3)

    const userIds = [regular.id, fresh.id, first.id, third.id]
    const { expired, deleted } = await app.guestUsers.cleanup({ userIds })
    assert.deepEqual([expired, deleted], [2, 2])
    assert.deepEqual(await ids(), [regular.id, fresh.id, second.id])

    assert.equal((await app.guestUsers.cleanup({ userIds: [] })).deleted, 0)
    await assert.rejects(
      () => app.guestUsers.cleanup({ userIds: [null as never] }),
      '"userIds" of a cleanup must be a list of at most 10000 ids'
    )
  })

  test('counts from the first visit when that is wanted', async ({ assert, cleanup }) => {
    const { app, guests, ids } = await createApp({ guestUser: { expireBy: 'createdAt' } })
    cleanup(() => app.close())

    const young: any = await guests.seen(hoursAgo(1)).create()
    await guests.seen(hoursAgo(48), hoursAgo(0)).create()
    await app.guestUsers.cleanup()
    assert.deepEqual(await ids(), [young.id])
  })

  test('works in batches and tells listeners', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:deleted', (event) => void events.push(event))

    const users = await guests.expired().createMany(7)
    const progress: number[] = []
    await app.guestUsers.cleanup({
      batchSize: 3,
      onBatch: ({ deleted }) => progress.push(deleted),
    })

    assert.deepEqual(progress, [3, 6, 7])
    assert.sameMembers(
      events.flatMap(({ userIds }) => userIds),
      users.map((user) => user.$primaryKeyValue)
    )
  })

  test('takes along what belongs to the guest', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())

    const user = await guests.expired().create()
    const kept = await guests.create()
    await app.db.table('notes').insert({ user_id: user.$primaryKeyValue, body: 'gone' })
    await app.db.table('notes').insert({ user_id: kept.$primaryKeyValue, body: 'kept' })

    await app.guestUsers.cleanup()
    assert.deepEqual(
      (await app.db.from('notes').select('body')).map(({ body }) => body),
      ['kept']
    )
  })

  test('reports whom a foreign key protects, and deletes the others', async ({
    assert,
    cleanup,
  }) => {
    const { app, guests, ids } = await createApp()
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('orders', (table) => {
      table.increments('id')
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })

    const [, blocked]: any[] = await guests.expired().createMany(3)
    await app.db.table('orders').insert({ user_id: blocked.id })

    const result = await app.guestUsers.cleanup({ batchSize: 2 })
    assert.equal(result.deleted, 2)
    assert.equal(result.blocked, 1)
    assert.deepEqual(result.blockedBy, [
      {
        table: 'orders',
        constraint: nameOf('orders_user_id_foreign'),
        total: 1,
        userIds: [blocked.id],
      },
    ])
    assert.deepEqual(await ids(), [blocked.id])
    assert.equal(await app.count('guests'), 1)
  })

  test('tells what was deleted when a later guest fails', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    const [first, blocked, broken]: any[] = await guests.expired().createMany(3)
    await app.db.table('orders').insert({ user_id: blocked.id })
    app.User.before('delete', (user: any) => {
      if (user.id === broken.id) {
        throw new Error('broken hook')
      }
    })
    const events: any[] = []
    app.emitter.on('guest_user:deleted', (event) => void events.push(event))

    await assert.rejects(() => app.guestUsers.cleanup({ batchSize: 1 }), 'broken hook')
    assert.deepEqual(events, [{ userIds: [first.id] }])
  })

  test('a dry run counts and changes nothing', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await guests.expired().createMany(3)
    await guests.create()

    let result: any
    const statements = await app.queries.during(async () => {
      result = await app.guestUsers.cleanup({ dryRun: true })
    })
    assert.equal(result.expired, 3)
    assert.equal(result.deleted, 0)
    assert.lengthOf(statements, 1)
    assert.equal(await app.count('users'), 4)
  })

  test('stops at the limit, the oldest gone', async ({ assert, cleanup }) => {
    const { app, guests, ids } = await createApp()
    cleanup(() => app.close())
    const young: any = await guests.seen(hoursAgo(3)).create()
    await guests.seen(hoursAgo(5)).createMany(4)
    const middle: any = await guests.seen(hoursAgo(4)).create()

    const { deleted, expired } = await app.guestUsers.cleanup({ limit: 4, batchSize: 3 })
    assert.equal(deleted, 4)
    assert.equal(expired, 6)
    assert.deepEqual(await ids(), [young.id, middle.id])
  })

  test('stops after the batch when it is told to', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await guests.expired().createMany(6)

    const stop = new AbortController()
    const result = await app.guestUsers.cleanup({
      batchSize: 2,
      signal: stop.signal,
      onBatch: ({ deleted }) => deleted === 4 && stop.abort(),
    })
    assert.isTrue(result.aborted)
    assert.equal(result.deleted, 4)
    assert.equal(await app.count('guests'), 2)

    assert.equal((await app.guestUsers.cleanup({ signal: stop.signal })).deleted, 0)
  })

  test('waits for the listeners of each batch', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await guests.expired().createMany(2)
    const steps: string[] = []
    app.emitter.on('guest_user:deleted', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      steps.push('told')
    })

    await app.guestUsers.cleanup({ batchSize: 1, onBatch: () => steps.push('batch') })
    assert.deepEqual(steps, ['told', 'batch', 'told', 'batch'])
  })

  test('goes through guests who came in the same microsecond', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    const users: any[] = await guests.createMany(9)
    await app.db.table('orders').multiInsert(users.slice(0, 6).map(({ id }) => ({ user_id: id })))
    const moment = dialect === 'postgres' ? '2020-01-01 00:00:00.123456' : '2020-01-01 00:00:00'
    await app.db.from('guests').update({ last_seen_at: moment })

    const { deleted, blocked } = await app.guestUsers.cleanup({ batchSize: 2 })
    assert.equal(deleted, 3)
    assert.equal(blocked, 6)
  })

  test('two at once delete each guest once', async ({ assert, cleanup }) => {
    const { app, guests } = await createApp()
    cleanup(() => app.close())
    await guests.expired().createMany(30)

    const results = await Promise.all([
      app.guestUsers.cleanup({ batchSize: 4 }),
      app.guestUsers.cleanup({ batchSize: 4 }),
    ])
    assert.equal(results[0].deleted + results[1].deleted, 30)
    assert.equal(await app.count('users'), 0)
  })
})
