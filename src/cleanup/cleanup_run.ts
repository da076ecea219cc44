import { setTimeout as sleep } from 'node:timers/promises'
import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { Sweep } from './sweep.ts'
import type { Removal } from './removal.ts'
import { BatchSize, Pace } from './pace.ts'
import type { CleanupPlan } from './cleanup_plan.ts'
import type { CleanupReport } from './cleanup_report.ts'
import { BatchCleaner, type BatchOutcome } from './batch.ts'
import type { Bookmark, ExpiredGuests } from './expired_guests.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * So many guests whom others had locked are remembered, then they are tried
 * again: memory must not grow with the number of guests
 */
const MOST_SKIPPED = 10_000

/**
 * So many ids are asked about at once
 */
const MOST_IDS = 1000

/**
 * Milliseconds. Long enough for another cleaner to end its batch
 */
const PAUSE_BEFORE_RETRY = 100

/**
 * What a run works on
 */
export interface CleanupParts {
  client: QueryClientContract
  tables: GuestTables
  expired: ExpiredGuests
  removal: Removal
  emitter: Emitter<EventsList>

  /**
   * Guests in a batch, when the plan does not say
   */
  largestBatch: number
}

/**
 * One way through the expired guests, from the oldest on
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
      : BatchSize.upTo(parts.largestBatch)
  }

  /**
   * Looks at each guest once, and again at whom the sweep left behind
   *
   * @returns where the next run goes on, when this one was stopped: behind whoever
   * was looked at already
   */
  async finish(): Promise<Bookmark | undefined> {
    await this.#sweep()
    return this.#cleanPages()
  }

  /**
   * Most runs on PostgreSQL are over with that. A sweep takes all expired guests,
   * from the oldest on
   */
  async #sweep(): Promise<void> {
    const { client, removal } = this.#parts
    const { filter, after } = this.#plan
    if (!removal.canSweep || filter.userIds || filter.since || after) {
      return
    }

    const sweep = new Sweep(client, removal)
    while (this.#isSomebodyLeft(this.#report.deleted) && (await this.#mayGoOn())) {
      const startedAt = performance.now()
      const deleted = await sweep.next(this.#nextSize)
      this.#learn(deleted.length, performance.now() - startedAt)
      if (deleted.length === 0) {
        break
      }
      this.#report.addDeleted(deleted.length)
      await this.#send(deleted)
      this.#plan.onBatch?.(this.#report.result(false))
      this.#plan.onAttempt?.()
    }
    if (sweep.isRefused) {
      this.#batches.expectRefusals()
    }
  }

  /**
   * The number of expired guests only falls, so a clock that jumps back in the
   * database cannot make this go on for ever
   */
  async #cleanPages(): Promise<Bookmark | undefined> {
    let bookmark = this.#plan.after
    let looked = this.#report.deleted

    while (this.#isSomebodyLeft(looked) && (await this.#mayGoOn())) {
      const page = await this.#parts.expired.page(this.#nextSize, bookmark)
      if (page.length === 0) {
        break
      }
      looked += page.length
      bookmark = page.at(-1)
      await this.#clean(page.map(({ userId }) => userId))
      if (this.#skipped.length > MOST_SKIPPED) {
        await this.#retrySkipped()
      }
    }
    await this.#retrySkipped()
    return bookmark
  }

  #isSomebodyLeft(looked: number): boolean {
    return looked < this.#report.expired
  }

  /**
   * Waits for its turn first
   */
  async #mayGoOn(): Promise<boolean> {
    if (!this.#isOver) {
      await this.#pace.rest()
    }
    return !this.#isOver
  }

  get #isOver(): boolean {
    return this.#plan.signal?.aborted || this.#report.deleted >= this.#plan.limit
  }

  get #nextSize(): number {
    return Math.min(this.#size.current, this.#plan.limit - this.#report.deleted)
  }

  async #clean(userIds: UserId[]): Promise<void> {
    const startedAt = performance.now()
    let skipped = 0
    for await (const outcome of this.#batches.clean(userIds)) {
      skipped += outcome.skipped.length
      await this.#add(outcome)
    }

    const worked = performance.now() - startedAt
    if (skipped < userIds.length) {
      this.#learn(userIds.length, worked)
      this.#plan.onBatch?.(this.#report.result(false))
    } else {
      // Waiting for a lock says nothing about the size of a batch
      this.#pace.worked(worked)
    }
    this.#plan.onAttempt?.()
  }

  #learn(guests: number, worked: number) {
    this.#size.learn(guests, worked)
    this.#pace.worked(worked)
  }

  async #add(outcome: BatchOutcome): Promise<void> {
    this.#skipped.push(...outcome.skipped)
    this.#report.add(outcome)
    await this.#send(outcome.deleted)
  }

  async #send(userIds: UserId[]): Promise<void> {
    if (userIds.length > 0) {
      await this.#parts.emitter.emit('guest_user:deleted', { userIds })
    }
  }

  /**
   * Tries those again whom others had locked, as long as that gets anywhere, in
   * smaller batches, so that one locked row holds up few others. Whoever is
   * locked still is left to the next run
   */
  async #retrySkipped(): Promise<void> {
    const size = Math.ceil(this.#size.current / 10)
    let before = Infinity

    while ((await this.#forgetDeleted()) && this.#skipped.length < before && !this.#isOver) {
      await sleep(PAUSE_BEFORE_RETRY)
      before = this.#skipped.length
      const waiting = this.#skipped
      this.#skipped = []
      while (waiting.length > 0 && (await this.#mayGoOn())) {
        await this.#clean(waiting.splice(0, Math.min(size, this.#nextSize)))
      }
      this.#skipped.push(...waiting)
    }

    await this.#forgetDeleted()
    this.#report.addLeft('locked', this.#skipped)
    this.#skipped = []
  }

  /**
   * Others may have deleted them, or they are no expired guests any more
   *
   * @returns whether anybody is still there
   */
  async #forgetDeleted(): Promise<boolean> {
    const skipped = this.#skipped
    this.#skipped = []
    while (skipped.length > 0) {
      const userIds = skipped.splice(0, MOST_IDS)
      this.#skipped.push(...(await this.#parts.expired.among(userIds)))
    }
    return this.#skipped.length > 0
  }
}
