import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isRefusal } from './holder.ts'
import type { Holders } from './holders.ts'
import { isContention, retryTransient } from '../transient.ts'
import { removeOldest } from './remove_oldest.ts'
import { DeleteIgnored } from './removed.ts'
import { runPolitely } from './polite_transaction.ts'
import type { Bookmark } from './expired_guests.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Removes the oldest guests as long as nothing is in the way, without asking
 * first who they are
 */
export class Sweep {
  #client: QueryClientContract
  #tables: GuestTables
  #cutoff: string
  #holders: Holders
  #bookmark?: Bookmark

  constructor(client: QueryClientContract, tables: GuestTables, cutoff: string, holders: Holders) {
    this.#client = client
    this.#tables = tables
    this.#cutoff = cutoff
    this.#holders = holders
  }

  /**
   * Removes the next guests in one transaction
   *
   * @returns nobody when that is over: the rest wants a closer look
   */
  async next(size: number): Promise<UserId[]> {
    try {
      const removed = await retryTransient(() => this.#remove(size))
      this.#bookmark = removed.at(-1) ?? this.#bookmark
      return removed.map(({ userId }) => userId)
    } catch (error) {
      await this.#giveUp(error)
      return []
    }
  }

  #remove(size: number): Promise<Bookmark[]> {
    return runPolitely(this.#client, (trx) =>
      removeOldest(trx, this.#tables, this.#cutoff, size, this.#bookmark)
    )
  }

  async #giveUp(error: unknown): Promise<void> {
    if (isRefusal(error)) {
      await this.#holders.prepare()
    } else if (!isContention(error) && !(error instanceof DeleteIgnored)) {
      throw error
    }
    debug('the oldest guests cannot be deleted together: %s', error)
  }
}
