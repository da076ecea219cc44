import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

type Work<Result> = (trx: TransactionClientContract) => Promise<Result>

/**
 * READ COMMITTED locks no gaps between rows, in which new guests would have to
 * wait.
 *
 * PostgreSQL looks for deadlocks after a second. A cleanup gives up earlier, so
 * that it is never the site's transaction that fails
 */
const POSTGRES_SETTINGS = `set transaction isolation level read committed; set local lock_timeout = '500ms'`
const MYSQL_SETTINGS = { isolationLevel: 'read committed' } as const

/**
 * The default is 50 seconds, in which the visitors of a whole batch would wait.
 * The connection goes back to a pool, so the setting is put back
 */
const MYSQL_LOCK_TIMEOUT =
  'set @guest_cleanup_timeout = @@session.innodb_lock_wait_timeout, session innodb_lock_wait_timeout = 1'
const MYSQL_RESTORE = 'set session innodb_lock_wait_timeout = @guest_cleanup_timeout'

/**
 * Milliseconds
 */
const LONGEST_SQLITE_PAUSE = 100

/**
 * Runs a transaction that would rather fail than keep others waiting
 *
 * @throws the driver's error, a transient one when somebody else held a lock
 */
export async function runPolitely<Result>(
  client: QueryClientContract,
  work: Work<Result>
): Promise<Result> {
  switch (client.dialect.name) {
    case 'postgres':
      return client.transaction(async (trx) => {
        await trx.rawQuery(POSTGRES_SETTINGS)
        return work(trx)
      })
    case 'mysql':
      return client.transaction((trx) => withShortMysqlTimeout(trx, work), MYSQL_SETTINGS)
    default:
      return restAfterwards(client, work)
  }
}

/**
 * SQLite has one writer at a time and no queue: others look now and then whether
 * they may write. Half of the time is theirs
 */
async function restAfterwards<Result>(
  client: QueryClientContract,
  work: Work<Result>
): Promise<Result> {
  let startedAt = 0
  try {
    return await client.transaction((trx) => {
      startedAt = performance.now()
      return work(trx)
    })
  } finally {
    await sleep(Math.min(performance.now() - startedAt, LONGEST_SQLITE_PAUSE))
  }
}

async function withShortMysqlTimeout<Result>(
  trx: TransactionClientContract,
  work: Work<Result>
): Promise<Result> {
  await trx.rawQuery(MYSQL_LOCK_TIMEOUT)
  let result: Result
  try {
    result = await work(trx)
  } catch (error) {
    // A connection that broke forgets its settings anyway
    await trx.rawQuery(MYSQL_RESTORE).catch(() => {})
    throw error
  }
  await trx.rawQuery(MYSQL_RESTORE)
  return result
}
