import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { Sweep } from './sweep.ts'
import type { Removal } from './removal.ts'
import { Pace } from './pace.ts'
import { BatchSize } from './batch_size.ts'
import type { CleanupPlan } from './cleanup_plan.ts'
import type { CleanupReport } from './cleanup_report.ts'
import { BatchCleaner, type BatchOutcome } from './batch.ts'
import type { KeptGuests } from './kept_guests.ts'
import type { ExpiredGuests } from './expired_guests.ts'
import type { Bookmark } from '../database/bookmark.ts'
import { afterCommit, asTransaction } from '../database/transaction.ts'
import type { GuestEvents } from '../guests/guest_events.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Skipped guests to remember before they are retried: memory must not grow with
 * the number of guests
 */
const MAX_SKIPPED = 10_000

/**
 * Ids per query
 */
const IDS_PER_QUERY = 1000

/**
 * Milliseconds. Long enough for another cleanup to finish its batch
 */
const RETRY_DELAY = 100

/**
 * What a run needs besides its plan
 */
export interface CleanupParts {
  client: QueryClientContract
  tables: GuestTables
  expired: ExpiredGuests
  kept: KeptGuests
  removal: Removal
  events: GuestEvents

  /**
   * Maximum size of a batch, unless the plan sets one
   */
  maxBatchSize: number
}

/**
 * One pass over the expired guests, oldest first
 */
export class CleanupRun {
  #plan: CleanupPlan
  #parts: CleanupParts
  #report: CleanupReport
  #batches: BatchCleaner
  #pace: Pace
  #size: BatchSize
  #skipped: UserId[] = []

  constructor(plan: CleanupPlan, parts: CleanupParts, report: CleanupReport) {
    this.#plan = plan
    this.#parts = parts
    this.#report = report
    this.#batches = new BatchCleaner(parts.client, parts.removal, parts.tables)
    this.#pace = new Pace(parts.client, plan.signal)
    this.#size = plan.batchSize
      ? BatchSize.fixed(plan.batchSize)
      : BatchSize.upTo(parts.maxBatchSize)
  }

  /**
   * Processes each guest once, and what the sweep left once more
   *
   * @returns where the next run continues if this one was stopped: after the
   * last guest processed
   */
  async run(): Promise<Bookmark | undefined> {
    await this.#sweep()
    return this.#cleanPages()
  }

  /**
   * Deletes all it can without looking at each guest, which finishes most runs
   * on PostgreSQL. Only for runs over all expired guests
   */
  async #sweep(): Promise<void> {
    const { client, removal } = this.#parts
    const { filter, after } = this.#plan
    if (!removal.canSweep || filter.userIds || filter.since || after) {
      return
    }

    const sweep = new Sweep(client, removal)
    while (this.#hasMore(this.#report.deleted) && (await this.#canContinue())) {
      const startedAt = performance.now()
      const deleted = await sweep.next(this.#nextSize)
      this.#recordBatch(deleted.length, performance.now() - startedAt)
      if (deleted.length === 0) {
        break
      }
      this.#report.addDeleted(deleted.length)
      await this.#emitDeleted(deleted)
      this.#plan.onBatch?.(this.#report.result(false))
      this.#plan.onAttempt?.()
    }
    if (sweep.isRefused) {
      this.#batches.expectRefusals()
    }
  }

  /**
   * Bounded by the number of expired guests at the start, so that a clock of
   * the database that jumps back cannot make it run forever
   */
  async #cleanPages(): Promise<Bookmark | undefined> {
    let bookmark = this.#plan.after
    let processed = this.#report.deleted

    while (this.#hasMore(processed) && (await this.#canContinue())) {
      const page = await this.#parts.expired.page(this.#pageSize, bookmark)
      if (page.length === 0) {
        break
      }
      processed += page.length
      bookmark = page.at(-1)
      await this.#cleanPage(page.map(({ userId }) => userId))
      if (this.#skipped.length > MAX_SKIPPED) {
        await this.#retrySkipped()
      }
    }
    await this.#retrySkipped()
    return bookmark
  }

  #hasMore(processed: number): boolean {
    return processed < this.#report.expired
  }

  /**
   * Rests first, if other sessions use the database
   */
  async #canContinue(): Promise<boolean> {
    if (!this.#isDone) {
      await this.#pace.rest()
    }
    return !this.#isDone
  }

  get #isDone(): boolean {
    return this.#plan.signal?.aborted || this.#report.deleted >= this.#plan.limit
  }

  get #nextSize(): number {
    return Math.min(this.#size.current, this.#plan.limit - this.#report.deleted)
  }

  /**
   * When some are kept, a page may have more guests than may still be deleted
   */
  get #pageSize(): number {
    return this.#parts.kept.isSet ? this.#size.current : this.#nextSize
  }

  /**
   * Does not even lock whom the configuration keeps
   */
  async #cleanPage(userIds: UserId[]): Promise<void> {
    const { client, kept: keptGuests } = this.#parts
    const startedAt = performance.now()
    const { kept, free } = await keptGuests.separate(client, userIds)
    this.#report.addLeft('kept', kept)
    if (free.length === 0) {
      this.#pace.record(performance.now() - startedAt)
      this.#plan.onBatch?.(this.#report.result(false))
      this.#plan.onAttempt?.()
      return
    }

    do {
      await this.#clean(free.splice(0, this.#nextSize))
    } while (free.length > 0 && (await this.#canContinue()))
  }

  async #clean(userIds: UserId[]): Promise<void> {
    const startedAt = performance.now()
    let skipped = 0
    for await (const outcome of this.#batches.clean(userIds)) {
      skipped += outcome.skipped.length
      await this.#add(outcome)
    }

    const duration = performance.now() - startedAt
    if (skipped < userIds.length) {
      this.#recordBatch(userIds.length, duration)
      this.#plan.onBatch?.(this.#report.result(false))
    } else {
      // The time spent waiting for locks does not depend on the batch size
      this.#pace.record(duration)
    }
    this.#plan.onAttempt?.()
  }

  #recordBatch(guests: number, duration: number) {
    this.#size.adjust(guests, duration)
    this.#pace.record(duration)
  }

  async #add(outcome: BatchOutcome): Promise<void> {
    this.#skipped.push(...outcome.skipped)
    this.#report.add(outcome)
    await this.#emitDeleted(outcome.deleted)
  }

  async #emitDeleted(userIds: UserId[]): Promise<void> {
    if (userIds.length === 0) {
      return
    }
    const send = () => this.#parts.events.send('guest_user:deleted', { userIds })
    const trx = asTransaction(this.#plan.client)
    if (trx) {
      afterCommit(trx, () => void send())
    } else {
      await send()
    }
  }

  /**
   * Retries the skipped guests as long as that makes progress, in smaller
   * batches so that one locked row delays few others. Guests that are still
   * locked are left for the next run
   */
  async #retrySkipped(): Promise<void> {
    const size = Math.ceil(this.#size.current / 10)
    let before = Infinity

    while ((await this.#pruneSkipped()) && this.#skipped.length < before && !this.#isDone) {
      await sleep(RETRY_DELAY)
      before = this.#skipped.length
      const pending = this.#skipped
      this.#skipped = []
      while (pending.length > 0 && (await this.#canContinue())) {
        await this.#clean(pending.splice(0, Math.min(size, this.#nextSize)))
      }
      this.#skipped.push(...pending)
    }

    await this.#pruneSkipped()
    this.#report.addLeft('locked', this.#skipped)
    this.#skipped = []
  }

  /**
   * Drops guests that were deleted by others, or are no longer expired
   *
   * @returns whether any guests remain
   */
  async #pruneSkipped(): Promise<boolean> {
    const skipped = this.#skipped
    this.#skipped = []
    while (skipped.length > 0) {
      const userIds = skipped.splice(0, IDS_PER_QUERY)
      this.#skipped.push(...(await this.#parts.expired.filter(userIds)))
    }
    return this.#skipped.length > 0
  }
}
