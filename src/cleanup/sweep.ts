import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isRefusal } from './blockers.ts'
import { runPolitely } from './polite_transaction.ts'
import { DeleteIgnored, type Removal } from './removal.ts'
import { isContention, retryTransient } from '../database/database_error.ts'
import type { Bookmark } from '../database/bookmark.ts'
import type { UserId } from '../database/guest_tables.ts'

/**
 * Deletes the oldest guests without reading them first, until something blocks
 * or locks them
 */
export class Sweep {
  #client: QueryClientContract
  #removal: Removal
  #bookmark?: Bookmark
  #isRefused = false

  constructor(client: QueryClientContract, removal: Removal) {
    this.#client = client
    this.#removal = removal
  }

  /**
   * Did the database refuse a delete?
   */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /**
   * Deletes the next guests in one transaction
   *
   * @returns their user ids, empty when the remaining guests need a closer look
   */
  async next(size: number): Promise<UserId[]> {
    try {
      const removed = await retryTransient(() => this.#remove(size))
      this.#bookmark = removed.at(-1) ?? this.#bookmark
      return removed.map(({ userId }) => userId)
    } catch (error) {
      this.#isRefused = isRefusal(error)
      if (!this.#isRefused && !isContention(error) && !(error instanceof DeleteIgnored)) {
        throw error
      }
      debug('the oldest guests cannot be deleted together: %s', error)
      return []
    }
  }

  #remove(size: number): Promise<Bookmark[]> {
    return runPolitely(
      this.#client,
      (trx) => this.#removal.removeOldest(trx, size, this.#bookmark),
      (removed) => {
        const userIds = removed.map(({ userId }) => userId)
        return this.#removal.areDeleted(this.#client, userIds)
      }
    )
  }
}
