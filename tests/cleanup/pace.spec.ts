import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { Pace, countOtherSessions } from '../../src/cleanup/pace.ts'
import { runPolitely } from '../../src/cleanup/polite_transaction.ts'

/**
 * Longer than anybody is remembered. MariaDB counts in whole seconds
 */
const A_WHILE = dialect === 'postgres' ? 400 : 1100

/**
 * Milliseconds for each user, in the database
 */
const WORK = 40

const SLOW_DELETES = {
  postgres: `
    create function rest_a_moment() returns trigger language plpgsql as
      'begin perform pg_sleep(${WORK / 1000}); return old; end';
    create trigger slow before delete on users for each row execute function rest_a_moment()`,
  mariadb: `create trigger slow before delete on users for each row do sleep(${WORK / 1000})`,
}

/**
 * Keeps a second connection busy, like a site that is in use
 *
 * @returns how to end that
 */
function keepUsing({ db }: TestApp): () => Promise<void> {
  let isOver = false
  const using = (async () => {
    const trx = await db.transaction()
    while (!isOver) {
      await trx.rawQuery('select 1')
      await sleep(20)
    }
    await trx.commit()
  })()
  return () => {
    isOver = true
    return using
  }
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/**
 * The shortest of three times: a machine may be busy
 */
async function quickest(work: () => Promise<unknown>): Promise<number> {
  return Math.min(await elapsed(work), await elapsed(work), await elapsed(work))
}

function rest({ db }: TestApp, worked: number, signal?: AbortSignal) {
  const pace = new Pace(db.connection(), signal)
  pace.record(worked)
  return pace.rest()
}

test.group('The pace of a cleanup', () => {
  if (dialect === 'sqlite') {
    test('is set by each transaction on SQLite, which does not know who else is there', async ({
      assert,
      cleanup,
    }) => {
      const app = await createTestApp()
      cleanup(() => app.close())
      assert.isEmpty(await app.queries.during(() => rest(app, 250)))

      const work = () => sleep(50)
      const unheard = async () => false
      const took = await elapsed(() => runPolitely(app.db.connection(), work, unheard))
      assert.isAtLeast(took, 98)
    })
    return
  }

  test('sees who else has just used the database', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await sleep(A_WHILE)
    assert.equal(await countOtherSessions(app.db.connection()), 0)

    const stop = keepUsing(app)
    while ((await countOtherSessions(app.db.connection())) === 0) {
      await sleep(10)
    }
    assert.equal(await countOtherSessions(app.db.connection()), 1)

    await stop()
    await sleep(A_WHILE)
    assert.equal(await countOtherSessions(app.db.connection()), 0)
  })

  test('sees a statement that takes long', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const slow = app.db
      .rawQuery(dialect === 'postgres' ? 'select pg_sleep(2)' : 'select sleep(2)')
      .exec()
    await sleep(A_WHILE)
    assert.equal(await countOtherSessions(app.db.connection()), 1)
    await slow
  })

  test('rests as long as it worked while others use the database, and not longer than a moment', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const stop = keepUsing(app)
    await sleep(50)

    assert.isAtLeast(await elapsed(() => rest(app, 100)), 99)
    assert.isBelow(await elapsed(() => rest(app, 60_000)), 10_000)
    await stop()
  })

  test('does not rest when nobody else is there', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await sleep(A_WHILE)
    assert.isBelow(await quickest(() => rest(app, 250)), 200)
  })

  test('does not take its own second connection for somebody else', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await insertGuests(app, longAgo(10))
    await sleep(A_WHILE)

    // There is none: pages are read and deleted by turns
    const userIds = Array.from({ length: 10 }, (_, index) => FIRST_ID + index)
    const { deleted } = await app.guestUsers.cleanup({ batchSize: 1, userIds })
    assert.equal(deleted, 10)
    assert.equal(await countOtherSessions(app.db.connection()), 0)
  })

  test('looks at others a few times a second, whatever the size of the batches', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await sleep(A_WHILE)
    const pace = new Pace(app.db.connection())
    const startedAt = performance.now()
    const queries = await app.queries.during(async () => {
      for (let index = 0; index < 20; index++) {
        pace.record(1)
        await pace.rest()
      }
    })
    assert.isNotEmpty(queries)
    assert.isAtMost(queries.length, 1 + (performance.now() - startedAt) / 250)
  })

  test('wakes up when it is to stop', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const stop = keepUsing(app)
    await sleep(50)
    const stopped = AbortSignal.abort()
    assert.isBelow(await quickest(() => rest(app, 250, stopped)), 200)
    assert.isBelow(await quickest(() => rest(app, 250, AbortSignal.timeout(20))), 200)
    await stop()
  })

  test('a run of one batch asks nobody', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await insertGuests(app, longAgo(10))
    for (const userIds of [undefined, [FIRST_ID]]) {
      const queries = await app.queries.during(() => app.guestUsers.cleanup({ userIds }))
      assert.isEmpty(queries.filter((sql) => /pg_stat_activity|processlist/.test(sql)))
    }
  })

  test('half of the time of a whole run is the site’s: {name}')
    .with([
      { name: 'all expired guests', userIds: undefined },
      { name: 'some of them', userIds: Array.from({ length: 10 }, (_, index) => FIRST_ID + index) },
    ])
    .run(async ({ assert, cleanup }, { userIds }) => {
      const app = await createTestApp()
      cleanup(() => app.close())
      await app.db.rawQuery(SLOW_DELETES[dialect as 'postgres' | 'mariadb'])
      await insertGuests(app, longAgo(10))

      const stop = keepUsing(app)
      await sleep(50)
      const { deleted, seconds } = await app.guestUsers.cleanup({ batchSize: 1, userIds })
      await stop()
      assert.equal(deleted, 10)
      // Nobody rests after the last batch
      assert.isAtLeast(seconds * 1000, 19 * WORK)
    })
})
