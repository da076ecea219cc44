import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests } from '../app/guest_rows.ts'
import { whereBeyond } from '../../src/database/bookmark.ts'

const GUESTS = 4000
const BACKFILL = DateTime.fromISO('2020-01-01T00:00:00Z')

/**
 * An application whose guests were all seen at the same moment
 */
async function createApp() {
  const app = await createTestApp()
  await insertGuests(
    app,
    Array.from({ length: GUESTS }, () => ({ createdAt: BACKFILL, lastSeenAt: BACKFILL }))
  )
  await app.db.rawQuery(dialect === 'mariadb' ? 'analyze table guests' : 'analyze')
  return app
}

/**
 * A page near the end, as the cleanup and the admin list read it
 */
function createPage({ db }: TestApp, direction: 'asc' | 'desc') {
  const client = db.connection()
  const moment = BACKFILL.toFormat(client.dialect.dateTimeFormat)
  const userId = FIRST_ID + (direction === 'asc' ? GUESTS - 100 : 100)
  const query = client
    .from('guests')
    .select('user_id', 'last_seen_at')
    .orderBy('last_seen_at', direction)
    .orderBy('user_id', direction)
    .limit(50)
  const columns = { moment: 'last_seen_at', userId: 'user_id' }
  return whereBeyond(query, client, columns, { moment, userId }, direction)
}

/**
 * The rows that the database reads for a query, or sorts
 */
async function countReadRows({ db }: TestApp, query: ReturnType<typeof createPage>) {
  const { sql, bindings } = query.toSQL().toNative()
  if (dialect === 'postgres') {
    const plain = query.toQuery()
    const { rows } = await db.rawQuery(`explain (analyze, format json) ${plain}`)
    const scan = deepest(rows[0]['QUERY PLAN'][0].Plan)
    return scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)
  }
  return db.transaction(async (trx) => {
    await trx.rawQuery('flush status')
    await trx.rawQuery(sql, bindings as any)
    const [rows] = await trx.rawQuery(`show status like 'Handler_read_%'`)
    return rows
      .filter(({ Variable_name: name }: any) => /_(next|prev)$/.test(name))
      .reduce((sum: number, { Value: value }: any) => sum + Number(value), 0)
  })
}

function deepest(plan: any): any {
  return plan.Plans ? deepest(plan.Plans[0]) : plan
}

test.group('Many guests of one moment', () => {
  test('a page reads no more than its guests, {$self}')
    .with(['asc', 'desc'] as const)
    .run(async ({ assert, cleanup }, direction) => {
      const app = await createApp()
      cleanup(() => app.close())

      const ids = (await createPage(app, direction)).map((row) => row.user_id)
      const step = direction === 'asc' ? 1 : -1
      const first = FIRST_ID + (direction === 'asc' ? GUESTS - 100 : 100) + step
      assert.deepEqual(
        ids,
        Array.from({ length: 50 }, (_, index) => first + step * index)
      )

      if (dialect === 'sqlite') {
        // It has no numbers to show, only its plan
        const plan = await app.db.rawQuery(
          `explain query plan ${createPage(app, direction).toQuery()}`
        )
        assert.notMatch(JSON.stringify(plan), /TEMP B-TREE/)
        return
      }
      assert.isAtMost(await countReadRows(app, createPage(app, direction)), 51)
    })

  test('a cleanup deletes them all', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    assert.equal((await app.guestUsers.cleanup({ batchSize: 700 })).deleted, GUESTS)
    assert.equal(await app.count('users'), 0)
  })

  test('a batch of PostgreSQL sorts nobody', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    let statement: any
    app.emitter.on('db:query', (query) => {
      statement = /^\s*with claimed/.test(query.sql) ? query : statement
    })
    await app.guestUsers.cleanup({ limit: 50, batchSize: 50 })
    if (dialect !== 'postgres') {
      assert.isUndefined(statement)
      return
    }

    const { rows } = await app.db.rawQuery(`explain (format json) ${statement.sql}`, [
      ...statement.bindings,
    ])
    const claim = rows[0]['QUERY PLAN'][0].Plan
    assert.include(JSON.stringify(claim), 'guests_last_seen_at_user_id_index')
    assert.notInclude(JSON.stringify(claim), '"Sort"')
  })
})
