import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import debug from './debug.ts'
import type { Expiry } from './expiry.ts'
import type { Guest } from './models/guest.ts'
import { readDatabaseError } from './database_error.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { CleanupOptions, CleanupResult } from './types.ts'

type UserId = string | number

const DEFAULT_BATCH_SIZE = 500
const SQLITE = ['better-sqlite3', 'sqlite3', 'libsql']

/**
 * Deletes expired guests in short transactions.
 *
 * Each transaction first claims the `guests` rows by deleting them; only whose
 * row it got is deleted. A guest who converts or comes back at that moment
 * therefore keeps everything, whatever the timing.
 */
export class GuestCleaner {
  #userModel: LucidModel
  #directory: GuestDirectory
  #expiry: Expiry
  #emitter: Emitter<EventsList>

  constructor(
    userModel: LucidModel,
    directory: GuestDirectory,
    expiry: Expiry,
    emitter: Emitter<EventsList>
  ) {
    this.#userModel = userModel
    this.#directory = directory
    this.#expiry = expiry
    this.#emitter = emitter
  }

  async run(options: CleanupOptions): Promise<CleanupResult> {
    const { batchSize = DEFAULT_BATCH_SIZE, olderThan, onBatch } = options
    const cutoff = this.#directory.formatted(this.#expiry.cutoff(olderThan))
    const result: CleanupResult = { deleted: 0, blocked: [] }

    for (;;) {
      const userIds = await this.#selectExpired(cutoff, batchSize, result)
      if (userIds.length === 0) {
        return result
      }

      await this.#deleteBatch(userIds, cutoff, result)
      onBatch?.(result)
    }
  }

  /**
   * The oldest expired guests, without those that are known to be blocked
   */
  async #selectExpired(
    cutoff: string,
    limit: number,
    { blocked }: CleanupResult
  ): Promise<UserId[]> {
    const property = this.#expiry.property
    try {
      const guests: Guest[] = await this.#directory.guestModel
        .query({ client: this.#directory.client() })
        .select('userId')
        .where(property, '<', cutoff)
        .if(blocked.length > 0, (query) => {
          query.whereNotIn(
            'userId',
            blocked.map(({ userId }) => userId)
          )
        })
        .orderBy(property)
        .limit(limit)
      return guests.map((guest) => guest.userId)
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  /**
   * Deletes them together; when a foreign key forbids it, one by one, so that
   * the blocked ones do not keep the others
   */
  async #deleteBatch(userIds: UserId[], cutoff: string, result: CleanupResult) {
    let deleted: UserId[]
    try {
      deleted = await this.#deleteTogether(userIds, cutoff)
    } catch (error) {
      const kind = readDatabaseError(error)?.kind
      if (kind !== 'foreign_key' && kind !== 'transient') {
        throw error
      }
      debug('a batch of %d guests cannot be deleted at once: %s', userIds.length, kind)
      deleted = await this.#deleteOneByOne(userIds, cutoff, result)
    }

    result.deleted += deleted.length
    if (deleted.length > 0) {
      this.#emitter.emit('guest_user:deleted', { userIds: deleted })
    }
  }

  async #deleteOneByOne(userIds: UserId[], cutoff: string, { blocked }: CleanupResult) {
    const deleted: UserId[] = []
    for (const userId of userIds) {
      try {
        deleted.push(...(await this.#deleteTogether([userId], cutoff)))
      } catch (error) {
        if (readDatabaseError(error)?.kind !== 'foreign_key') {
          throw error
        }
        blocked.push({ userId, reason: (error as Error).message })
      }
    }
    return deleted
  }

  /**
   * Users are deleted through their model, so that its hooks run
   *
   * @returns whom this transaction deleted
   */
  async #deleteTogether(userIds: UserId[], cutoff: string): Promise<UserId[]> {
    return this.#directory.client().transaction(async (trx) => {
      const claimed = await this.#claim(userIds, cutoff, trx)
      if (claimed.length === 0) {
        return []
      }

      const users = await this.#userModel
        .query({ client: trx })
        .whereIn(this.#userModel.primaryKey, claimed)
      for (const user of users) {
        await user.delete()
      }
      return claimed
    })
  }

  /**
   * Locks the rows, then deletes them. SQLite has no locks on rows but one
   * writer at a time: there a write that changes nothing, before anything is
   * read, keeps the others out
   */
  async #claim(userIds: UserId[], cutoff: string, trx: TransactionClientContract) {
    const { guestModel } = this.#directory
    const rows = () => guestModel.query({ client: trx }).whereIn('userId', userIds)
    const expired = rows().where(this.#expiry.property, '<', cutoff).select('userId')

    if (SQLITE.includes(trx.dialect.name)) {
      await rows().update({ visitKey: null })
    } else {
      expired.forUpdate().skipLocked()
    }

    const guests: Guest[] = await expired
    const claimed = guests.map((guest) => guest.userId)
    await guestModel.query({ client: trx }).whereIn('userId', claimed).delete()
    return claimed
  }
}
