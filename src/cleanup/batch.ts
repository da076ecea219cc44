import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { type Holders, isRefusal, type Holder } from './holders.ts'
import { DeleteIgnored, type RemoveGuests } from './removal.ts'
import { isContention, retryTransient } from '../database/database_error.ts'
import { runPolitely } from './polite_transaction.ts'
import type { UserId } from '../database/guest_tables.ts'

/**
 * What becomes of the guests of a batch
 */
export class BatchOutcome {
  deleted: UserId[] = []
  kept: UserId[] = []
  blocked: { userId: UserId; holder: Holder }[] = []

  /**
   * Locked by somebody, or not an expired guest any more
   */
  missed: UserId[] = []
}

/**
 * Deletes batches of expired guests
 */
export class BatchCleaner {
  #client: QueryClientContract
  #removeGuests: RemoveGuests
  #holders: Holders

  constructor(client: QueryClientContract, removeGuests: RemoveGuests, holders: Holders) {
    this.#client = client
    this.#removeGuests = removeGuests
    this.#holders = holders
  }

  /**
   * Deletes these guests in one transaction. Only when that is refused does it
   * look who is held, and when that does not tell, tries halves.
   *
   * @param outcome filled as far as it got, also when an error ends it
   */
  async clean(userIds: UserId[], outcome: BatchOutcome): Promise<void> {
    const free = this.#holders.isNeeded ? await this.#setAsideHeld(userIds, outcome) : userIds
    await this.#cleanTogether(free, outcome)
  }

  async #cleanTogether(userIds: UserId[], outcome: BatchOutcome): Promise<void> {
    if (userIds.length === 0) {
      return
    }
    try {
      await retryTransient(() => this.#try(userIds, outcome))
    } catch (error) {
      if (isContention(error)) {
        debug('%d guests cannot be deleted now: %s', userIds.length, error)
        outcome.missed.push(...userIds)
      } else if (isRefusal(error) || error instanceof DeleteIgnored) {
        await this.#cleanRefused(userIds, error, outcome)
      } else {
        throw error
      }
    }
  }

  async #cleanRefused(userIds: UserId[], error: unknown, outcome: BatchOutcome): Promise<void> {
    debug('%d guests cannot be deleted together: %s', userIds.length, error)
    if (userIds.length === 1) {
      const [userId] = userIds
      if (error instanceof DeleteIgnored) {
        outcome.kept.push(userId)
        return
      }
      outcome.blocked.push({ userId, holder: await this.#holders.explain(userId, error) })
      return
    }

    const free = await this.#setAsideHeld(userIds, outcome)
    if (free.length < userIds.length) {
      return this.#cleanTogether(free, outcome)
    }
    const half = Math.ceil(userIds.length / 2)
    await this.#cleanTogether(userIds.slice(0, half), outcome)
    await this.#cleanTogether(userIds.slice(half), outcome)
  }

  /**
   * @returns whom nothing is known to hold
   */
  async #setAsideHeld(userIds: UserId[], outcome: BatchOutcome): Promise<UserId[]> {
    const held = await this.#holders.find(userIds)
    const free: UserId[] = []
    for (const userId of userIds) {
      const holder = held.get(userId)
      if (holder) {
        outcome.blocked.push({ userId, holder })
      } else {
        free.push(userId)
      }
    }
    return free
  }

  async #try(userIds: UserId[], outcome: BatchOutcome): Promise<void> {
    const { claimed, deleted, kept } = await runPolitely(this.#client, (trx) =>
      this.#removeGuests(trx, userIds)
    )
    outcome.deleted.push(...deleted)
    outcome.kept.push(...kept)
    if (claimed.length < userIds.length) {
      const got = new Set(claimed)
      outcome.missed.push(...userIds.filter((userId) => !got.has(userId)))
    }
  }
}
