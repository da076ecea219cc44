import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { runPolitely } from './polite_transaction.ts'
import { DeleteIgnored, type Removal } from './removal.ts'
import { Blockers, isRefusal, type Blocker } from './blockers.ts'
import { isContention, retryTransient } from '../database/database_error.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * What happened to some guests of a batch
 */
export interface BatchOutcome {
  deleted: UserId[]

  /**
   * By `cleanup.keep` of the configuration
   */
  kept: UserId[]

  /**
   * The model's `delete()` or a trigger left their rows
   */
  softDeleted: UserId[]
  blocked: { userId: UserId; blocker: Blocker }[]

  /**
   * Locked by another transaction, or no longer an expired guest
   */
  skipped: UserId[]
}

const EMPTY: BatchOutcome = {
  deleted: [],
  kept: [],
  softDeleted: [],
  blocked: [],
  skipped: [],
}

/**
 * Deletes batches of expired guests
 */
export class BatchCleaner {
  #client: QueryClientContract
  #removal: Removal
  #tables: GuestTables
  #blockers?: Blockers

  constructor(client: QueryClientContract, removal: Removal, tables: GuestTables) {
    this.#client = client
    this.#removal = removal
    this.#tables = tables
  }

  /**
   * Makes later batches look up blocked guests before they delete. Worth a
   * query once a delete was refused
   */
  expectRefusals(): Blockers {
    this.#blockers ??= new Blockers(this.#client, this.#tables)
    return this.#blockers
  }

  /**
   * Deletes these guests in one transaction. If the database refuses, retries
   * without blocked guests; if none are found, retries each half
   *
   * @returns the outcome of each part, as soon as it is committed
   */
  async *clean(userIds: UserId[]): AsyncGenerator<BatchOutcome> {
    if (!this.#blockers) {
      yield* this.#cleanTogether(userIds)
      return
    }
    const { free, outcome } = await this.#separateBlocked(userIds)
    yield outcome
    yield* this.#cleanTogether(free)
  }

  async *#cleanTogether(userIds: UserId[]): AsyncGenerator<BatchOutcome> {
    if (userIds.length === 0) {
      return
    }
    let refusal: unknown
    try {
      const remove = () => this.#remove(userIds)
      yield await (this.#client.isTransaction ? remove() : retryTransient(remove))
      return
    } catch (error) {
      refusal = error
    }

    // A conflict ends the transaction of the caller, who may try again
    if (isContention(refusal) && !this.#client.isTransaction) {
      debug('%d guests cannot be deleted now: %s', userIds.length, refusal)
      yield { ...EMPTY, skipped: userIds }
    } else if (isRefusal(refusal) || refusal instanceof DeleteIgnored) {
      yield* this.#cleanRefused(userIds, refusal)
    } else {
      throw refusal
    }
  }

  async *#cleanRefused(userIds: UserId[], refusal: unknown): AsyncGenerator<BatchOutcome> {
    debug('%d guests cannot be deleted together: %s', userIds.length, refusal)
    if (userIds.length === 1) {
      yield await this.#describeRefused(userIds[0], refusal)
      return
    }

    const { free, outcome } = await this.#separateBlocked(userIds)
    yield outcome
    if (free.length < userIds.length) {
      yield* this.#cleanTogether(free)
      return
    }
    const half = Math.ceil(userIds.length / 2)
    yield* this.#cleanTogether(userIds.slice(0, half))
    yield* this.#cleanTogether(userIds.slice(half))
  }

  async #describeRefused(userId: UserId, refusal: unknown): Promise<BatchOutcome> {
    if (refusal instanceof DeleteIgnored) {
      return { ...EMPTY, softDeleted: [userId] }
    }
    const blocker = await this.expectRefusals().explain(userId, refusal)
    return { ...EMPTY, blocked: [{ userId, blocker }] }
  }

  /**
   * @returns guests not known to be blocked, and the outcome of the others
   */
  async #separateBlocked(userIds: UserId[]): Promise<{ free: UserId[]; outcome: BatchOutcome }> {
    const found = await this.expectRefusals().find(userIds)
    const free: UserId[] = []
    const blocked: BatchOutcome['blocked'] = []
    for (const userId of userIds) {
      const blocker = found.get(userId)
      if (blocker) {
        blocked.push({ userId, blocker })
      } else {
        free.push(userId)
      }
    }
    return { free, outcome: { ...EMPTY, blocked } }
  }

  async #remove(userIds: UserId[]): Promise<BatchOutcome> {
    const { claimed, ...removed } = await runPolitely(
      this.#client,
      (trx) => this.#removal.remove(trx, userIds),
      ({ deleted }) => this.#removal.areDeleted(this.#client, deleted)
    )
    const claimedIds = new Set(claimed)
    const skipped = userIds.filter((userId) => !claimedIds.has(userId))
    return { ...EMPTY, ...removed, skipped }
  }
}
