import type { Database } from '@adonisjs/lucid/database'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

/**
 * In milliseconds, from the request for the transaction
 */
export interface TransactionTime {
  /**
   * Until COMMIT was acknowledged, as a transaction that waits for its locks
   * would measure
   */
  whole: number

  /**
   * Until COMMIT was sent; the rest depends on the disk
   */
  beforeCommit: number
}

type Callback = (trx: TransactionClientContract) => Promise<unknown>

/**
 * Times all transactions of this process
 */
export class TransactionTimer {
  #times: TransactionTime[] = []

  constructor(db: Database) {
    const prototype = Object.getPrototypeOf(db.connection()) as QueryClientContract
    const times = this.#times
    const transaction = prototype.transaction as (...parameters: unknown[]) => Promise<unknown>

    prototype.transaction = async function (this: unknown, work: Callback, ...others: unknown[]) {
      const startedAt = performance.now()
      let beforeCommit = 0
      const timed: Callback = async (trx) => {
        try {
          return await work(trx)
        } finally {
          beforeCommit = performance.now() - startedAt
        }
      }
      try {
        return await transaction.call(this, timed, ...others)
      } finally {
        times.push({ whole: performance.now() - startedAt, beforeCommit })
      }
    } as QueryClientContract['transaction']
  }

  /**
   * @returns the times since the last call
   */
  take(): TransactionTime[] {
    return this.#times.splice(0)
  }
}
