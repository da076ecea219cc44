import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { isConnectionLost } from './database_error.ts'
import { isSqlite } from './catalog.ts'
import { E_UNKNOWN_OUTCOME } from '../errors.ts'

/**
 * What a transaction may need besides its work
 */
export interface TransactionSettings<Result> {
  /**
   * Not for a savepoint, which has the level of its transaction
   */
  isolationLevel?: 'read committed'

  /**
   * Looks up whether the work was committed, when the connection was lost before
   * COMMIT was answered. Should wait for the locks of the transaction, which the
   * server may not have ended yet
   */
  wasCommitted?: (result: Result) => Promise<boolean>
}

/**
 * Runs work in a transaction, or in a savepoint if the client is a transaction.
 *
 * Lucid and knex take a COMMIT for a success without looking at its answer
 * (knex issues 3370, 3847 and 6141). Here it is awaited, so that nothing is
 * said, sent or signed in that the database rolled back
 *
 * @throws the error of COMMIT, when a deferred constraint or a conflict failed it
 * @throws E_UNKNOWN_OUTCOME when the connection was lost at COMMIT, and nobody
 * knows whether it happened
 */
export async function runInTransaction<Result>(
  client: QueryClientContract,
  work: (trx: TransactionClientContract) => Promise<Result>,
  { isolationLevel, wasCommitted }: TransactionSettings<Result> = {}
): Promise<Result> {
  const options = isolationLevel && !client.isTransaction ? { isolationLevel } : undefined

  return client.transaction(async (trx) => {
    let result: Result
    awaitAnswerOfCommit(trx, () => wasCommitted?.(result))
    result = await work(trx)
    return result
  }, options)
}

/**
 * The transaction that a caller wants to be joined, if the client is one
 */
export function asTransaction(
  client: QueryClientContract | undefined
): TransactionClientContract | undefined {
  return client?.isTransaction ? (client as TransactionClientContract) : undefined
}

/**
 * Calls back when a transaction has been committed, or at once if there is none
 *
 * Lucid calls its hooks after a COMMIT that failed, too
 */
export function afterCommit(trx: TransactionClientContract | undefined, callback: () => void) {
  if (trx) {
    trx.after('commit', async () => {
      await trx.knexClient.executionPromise
      callback()
    })
  } else {
    callback()
  }
}

/**
 * Of PostgreSQL only: the command that it executed
 */
interface CommitAnswer {
  response?: { command: string }
}

/**
 * Makes the commit of this transaction reject when the database did not commit.
 * It is the one of knex that is replaced, so that Lucid's hooks after a commit do
 * not run either
 */
function awaitAnswerOfCommit(
  { knexClient, dialect }: TransactionClientContract,
  lookUp: () => Promise<boolean> | undefined
) {
  if (isSqlite({ dialect })) {
    rollBackFailedCommit(knexClient)
  }

  const commit = knexClient.commit as () => Promise<CommitAnswer | undefined>
  knexClient.commit = (async () => {
    const answer = await commit()
    try {
      await knexClient.executionPromise
    } catch (error) {
      if (!isConnectionLost(error)) {
        throw error
      }
      // A database that is still down has nothing to say
      const happened = await Promise.resolve(lookUp()).catch(() => undefined)
      if (happened === undefined) {
        throw new E_UNKNOWN_OUTCOME([], { cause: error })
      }
      if (!happened) {
        throw error
      }
    }
    if (answer?.response?.command === 'ROLLBACK') {
      throw new Error(
        'PostgreSQL rolled the transaction back, because a statement in it had failed. Do not catch errors of the database within a transaction, or use a nested one'
      )
    }
  }) as unknown as typeof knexClient.commit
}

/**
 * SQLite leaves a transaction open whose COMMIT failed (a deferred constraint, a
 * reader that blocks the file), and knex returns the connection to its pool
 */
function rollBackFailedCommit(knexClient: TransactionClientContract['knexClient']) {
  knexClient.on('query-error', (_: Error, query: { sql: string }) => {
    if (query.sql.startsWith('COMMIT')) {
      // The driver's connection, which runs this before anything else
      knexClient.client.acquireConnection().then((connection: { exec(sql: string): unknown }) => {
        connection.exec('ROLLBACK')
      })
    }
  })
}
