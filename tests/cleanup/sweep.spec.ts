import { test } from '@japa/runner'

import { GuestFactory } from '../../factories/main.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

async function createApp(visits: ReturnType<typeof longAgo>) {
  const app = await createTestApp()
  await insertGuests(app, visits)
  const told: number[] = []
  app.emitter.on('guest_user:deleted', ({ userIds }) => void told.push(...userIds.map(Number)))
  return { app, told }
}

const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index)

/**
 * Holds guests as a conversion does. SQLite, which has one writer and here one
 * connection, cannot: there the transaction is over at once
 */
async function hold({ db }: TestApp, ...ids: number[]) {
  const trx = await db.transaction()
  await trx.from('guests').whereIn('user_id', ids).forUpdate()
  if (dialect === 'sqlite') {
    await trx.rollback()
  }
  return trx
}

test.group('Cleanup, sweep', () => {
  test('goes from the oldest to the youngest', async ({ assert, cleanup }) => {
    const { app, told } = await createApp(longAgo(25).toReversed())
    cleanup(() => app.close())

    await app.guestUsers.cleanup({ batchSize: 1 })
    assert.deepEqual(told, idsFrom(FIRST_ID, 25).toReversed())
  })

  test('asks PostgreSQL for nothing but batches', async ({ assert, cleanup }) => {
    const { app } = await createApp(longAgo(20))
    cleanup(() => app.close())

    const statements = await app.queries.during(async () => {
      assert.equal((await app.guestUsers.cleanup({ batchSize: 5, limit: 10 })).deleted, 10)
      assert.equal((await app.guestUsers.cleanup({ batchSize: 5 })).deleted, 10)
    })
    const reading = statements.filter((sql) => /^\s*select .* from .guests. .*limit/i.test(sql))
    const sweeping = statements.filter((sql) => /^\s*with claimed/.test(sql))
    assert.lengthOf(sweeping, dialect === 'postgres' ? 4 : 0)
    assert.lengthOf(reading, dialect === 'postgres' ? 0 : 4)
  })

  test('goes on behind a key of the kind {$self}')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createTestApp({ userKey })
      cleanup(() => app.close())
      const guests = new GuestFactory(app.app)
      const users = await guests.expired().createMany(5)
      await app.db.from('guests').update({ last_seen_at: '2020-01-01 00:00:00' })
      const told: unknown[] = []
      app.emitter.on('guest_user:deleted', ({ userIds }) => void told.push(...userIds.map(String)))

      assert.equal((await app.guestUsers.cleanup({ batchSize: 2 })).deleted, 5)
      assert.sameMembers(
        told,
        users.map((user) => String(user.$primaryKeyValue))
      )
      assert.equal(await app.count('users'), 0)
    })

  test('takes others for those who are locked, the oldest first', async ({ assert, cleanup }) => {
    const { app, told } = await createApp(longAgo(6))
    cleanup(() => app.close())

    const trx = await hold(app, FIRST_ID, FIRST_ID + 2)
    const { deleted } = await app.guestUsers.cleanup({ batchSize: 2, limit: 3 })
    await trx.rollback()
    assert.equal(deleted, 3)
    const gone = dialect === 'sqlite' ? [0, 1, 2] : [1, 3, 4]
    assert.sameMembers(
      told,
      gone.map((index) => FIRST_ID + index)
    )
  })

  test('comes back for who was locked for a while only', async ({ assert, cleanup }) => {
    const { app, told } = await createApp(longAgo(6))
    cleanup(() => app.close())

    const trx = await hold(app, FIRST_ID, FIRST_ID + 2)
    app.emitter.once('guest_user:deleted', () => trx.rollback())
    const { deleted, left } = await app.guestUsers.cleanup({ batchSize: 2 })
    assert.equal(deleted, 6)
    assert.equal(left, 0)
    assert.sameMembers(told, idsFrom(FIRST_ID, 6))
  })

  test('leaves one of many who were seen at the same moment', async ({ assert, cleanup }) => {
    const [{ createdAt, lastSeenAt }] = longAgo(1)
    const { app, told } = await createApp(
      Array.from({ length: 9 }, () => ({ createdAt, lastSeenAt }))
    )
    cleanup(() => app.close())

    const trx = await hold(app, FIRST_ID + 4)
    const { leftBy } = await app.guestUsers.cleanup({ batchSize: 2 })
    await trx.rollback()
    const stays = dialect === 'sqlite' ? [] : [FIRST_ID + 4]
    assert.deepEqual(
      leftBy.flatMap(({ userIds }) => userIds),
      stays
    )
    assert.sameMembers(
      told,
      idsFrom(FIRST_ID, 9).filter((id) => !stays.includes(id))
    )
  })

  test('counts all as left when all are locked', async ({ assert, cleanup }) => {
    const { app, told } = await createApp(longAgo(5))
    cleanup(() => app.close())

    const trx = await hold(app, ...idsFrom(FIRST_ID, 5))
    const { deleted, left } = await app.guestUsers.cleanup({ batchSize: 2 })
    await trx.rollback()
    assert.equal(deleted, dialect === 'sqlite' ? 5 : 0)
    assert.equal(left, dialect === 'sqlite' ? 0 : 5)
    assert.lengthOf(told, deleted)
  })

  test('a batch that is refused after others went costs nobody else', async ({
    assert,
    cleanup,
  }) => {
    const { app, told } = await createApp(longAgo(12))
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    await app.db.table('orders').insert({ user_id: FIRST_ID + 7 })

    const { expired, deleted, blocked } = await app.guestUsers.cleanup({ batchSize: 3 })
    assert.deepEqual({ expired, deleted, blocked }, { expired: 12, deleted: 11, blocked: 1 })
    assert.sameMembers(
      told,
      idsFrom(FIRST_ID, 12).filter((id) => id !== FIRST_ID + 7)
    )
  })
})
