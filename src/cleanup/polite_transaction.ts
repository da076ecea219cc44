import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { runInTransaction } from '../database/transaction.ts'

type Work<Result> = (trx: TransactionClientContract) => Promise<Result>

/**
 * READ COMMITTED takes no gap locks, for which inserts of new guests would
 * wait.
 *
 * PostgreSQL checks for deadlocks after a second. The cleanup times out
 * earlier, so that it is never the site's transaction that fails
 */
const POSTGRES_SETTINGS = `set transaction isolation level read committed; set local lock_timeout = '500ms'`
const MYSQL_SETTINGS = { isolationLevel: 'read committed' } as const

/**
 * The default is 50 seconds, during which visitors would wait for the whole
 * batch. The connection returns to a pool, so the setting is restored
 */
const MYSQL_LOCK_TIMEOUT =
  'set @guest_cleanup_timeout = @@session.innodb_lock_wait_timeout, session innodb_lock_wait_timeout = 1'
const MYSQL_RESTORE = 'set session innodb_lock_wait_timeout = @guest_cleanup_timeout'

/**
 * Milliseconds
 */
const MAX_SQLITE_REST = 100

/**
 * Runs a transaction that fails quickly rather than make others wait. Within a
 * transaction of the application, it is a savepoint, and the settings are those
 * of that transaction
 *
 * @param wasCommitted looks up what happened when the connection was lost
 * @throws the driver's error: a transient one, or a timeout of a lock
 */
export async function runPolitely<Result>(
  client: QueryClientContract,
  work: Work<Result>,
  wasCommitted: (result: Result) => Promise<boolean>
): Promise<Result> {
  if (client.isTransaction) {
    return runInTransaction(client, work)
  }
  switch (client.dialect.name) {
    case 'postgres':
      return runInTransaction(
        client,
        async (trx) => {
          await trx.rawQuery(POSTGRES_SETTINGS)
          return work(trx)
        },
        { wasCommitted }
      )
    case 'mysql':
      return runInTransaction(client, (trx) => withShortMysqlTimeout(trx, work), {
        ...MYSQL_SETTINGS,
        wasCommitted,
      })
    default:
      return restAfterwards(client, work)
  }
}

/**
 * SQLite has one writer at a time and no queue: waiting connections poll. Rests
 * as long as the transaction took, so that they get half of the time
 */
async function restAfterwards<Result>(
  client: QueryClientContract,
  work: Work<Result>
): Promise<Result> {
  let startedAt = 0
  try {
    return await runInTransaction(client, (trx) => {
      startedAt = performance.now()
      return work(trx)
    })
  } finally {
    await sleep(Math.min(performance.now() - startedAt, MAX_SQLITE_REST))
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
    // A broken connection loses its settings anyway
    await trx.rawQuery(MYSQL_RESTORE).catch(() => {})
    throw error
  }
  await trx.rawQuery(MYSQL_RESTORE)
  return result
}
