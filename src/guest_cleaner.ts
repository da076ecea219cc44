import type { DateTime } from 'luxon'
import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import debug from './debug.ts'
import type { Expiry } from './expiry.ts'
import type { Guest } from './models/guest.ts'
import { readDatabaseError } from './database_error.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { CleanupOptions, CleanupResult } from './types.ts'

type UserId = string | number

const DEFAULT_BATCH_SIZE = 500

/**
 * A guest whose transaction meets others this often counts as locked
 */
const MOST_ATTEMPTS = 3
const SQLITE = ['better-sqlite3', 'sqlite3', 'libsql']

/**
 * Deletes expired guests in short transactions.
 *
 * Each transaction first claims the `guests` rows of its batch; only whose row
 * it got is deleted. A guest who converts or comes back at that moment
 * therefore keeps everything, whatever the timing. Whoever is locked is tried
 * again as long as others go; a blocked guest is left to the next run.
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
    const { batchSize = DEFAULT_BATCH_SIZE, olderThan = this.#expiry.maxAge, onBatch } = options
    mustBeAtLeast('batchSize', batchSize, 1)
    mustBeAtLeast('olderThan', olderThan, 0)

    const cutoff = this.#formatted(this.#expiry.cutoff(olderThan))
    const result: CleanupResult = { deleted: 0, blocked: [] }

    for (;;) {
      const { deleted } = result
      const skipped = await this.#pass(cutoff, batchSize, result, onBatch)
      if (skipped === 0 || result.deleted === deleted) {
        return result
      }
    }
  }

  /**
   * Goes through the expired guests once, the oldest first
   *
   * @returns how many were skipped, because somebody else had locked them
   */
  async #pass(
    cutoff: string,
    batchSize: number,
    result: CleanupResult,
    onBatch: CleanupOptions['onBatch']
  ): Promise<number> {
    const blocked = new Set(result.blocked.map(({ userId }) => userId))
    let skipped = 0
    let last: Guest | undefined

    for (;;) {
      const guests = await this.#selectExpired(cutoff, batchSize, last)
      last = guests.at(-1)
      if (!last) {
        return skipped
      }

      const userIds = guests.map((guest) => guest.userId).filter((userId) => !blocked.has(userId))
      const before = countDecided(result)
      await this.#deleteBatch(userIds, cutoff, result)

      const decided = countDecided(result) - before
      skipped += userIds.length - decided
      if (decided > 0) {
        onBatch?.(result)
      }
    }
  }

  /**
   * Nobody may be deleted early
   */
  #formatted(moment: DateTime): string {
    return this.#directory.formatted(moment, 'rather earlier')
  }

  /**
   * The oldest expired guests after the last one that was looked at
   */
  async #selectExpired(cutoff: string, limit: number, last: Guest | undefined): Promise<Guest[]> {
    const { property } = this.#expiry
    const query = this.#directory.guestModel
      .query({ client: this.#directory.client() })
      .select('userId', property)
      .where(property, '<', cutoff)
      .orderBy(property)
      .orderBy('userId')
      .limit(limit)

    if (last) {
      const moment = last[property].toFormat(this.#directory.client().dialect.dateTimeFormat)
      query.where((after) => {
        after.where(property, '>', moment).orWhere((same) => {
          same.where(property, moment).where('userId', '>', last.userId)
        })
      })
    }

    try {
      return await query
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  /**
   * Deletes them together; when a foreign key forbids it, one by one, so that
   * the blocked ones do not keep the others
   */
  async #deleteBatch(userIds: UserId[], cutoff: string, result: CleanupResult) {
    try {
      this.#report(await this.#deleteTogether(userIds, cutoff), result)
    } catch (error) {
      const kind = readDatabaseError(error)?.kind
      if (kind !== 'foreign_key' && kind !== 'transient') {
        throw error
      }
      debug('a batch of %d guests cannot be deleted at once: %s', userIds.length, kind)
      await this.#deleteOneByOne(userIds, cutoff, result)
    }
  }

  /**
   * What is committed is told, even if a later one fails
   */
  async #deleteOneByOne(userIds: UserId[], cutoff: string, result: CleanupResult) {
    const deleted: UserId[] = []
    try {
      for (const userId of userIds) {
        deleted.push(...(await this.#deleteOne(userId, cutoff, result)))
      }
    } finally {
      this.#report(deleted, result)
    }
  }

  async #deleteOne(userId: UserId, cutoff: string, { blocked }: CleanupResult) {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      try {
        return await this.#deleteTogether([userId], cutoff)
      } catch (error) {
        const kind = readDatabaseError(error)?.kind
        if (kind === 'foreign_key') {
          blocked.push({ userId, reason: (error as Error).message })
          return []
        }
        if (kind !== 'transient') {
          throw error
        }
      }
    }
    return []
  }

  #report(deleted: UserId[], result: CleanupResult) {
    result.deleted += deleted.length
    if (deleted.length > 0) {
      this.#emitter.emit('guest_user:deleted', { userIds: deleted })
    }
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

function countDecided({ deleted, blocked }: CleanupResult): number {
  return deleted + blocked.length
}

function mustBeAtLeast(name: string, value: number, least: number) {
  if (!Number.isFinite(value) || value < least) {
    throw new InvalidArgumentsException(
      `"${name}" of a cleanup must be a number of at least ${least}, not ${value}`
    )
  }
}
