import type { Database } from '@adonisjs/lucid/database'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Times all transactions of this process, from the moment they are asked for to
 * the answer to COMMIT, as the one who waits for their locks would
 */
export class TransactionTimer {
  /**
   * Milliseconds
   */
  durations: number[] = []

  constructor(db: Database) {
    const prototype = Object.getPrototypeOf(db.connection()) as QueryClientContract
    const { durations } = this
    const transaction = prototype.transaction as (...parameters: unknown[]) => Promise<unknown>

    prototype.transaction = async function (this: unknown, ...parameters: unknown[]) {
      const startedAt = performance.now()
      try {
        return await transaction.apply(this, parameters)
      } finally {
        durations.push(performance.now() - startedAt)
      }
    } as QueryClientContract['transaction']
  }

  /**
   * @returns those since the last call
   */
  take(): number[] {
    return this.durations.splice(0)
  }
}
