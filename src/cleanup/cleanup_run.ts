import { setTimeout as sleep } from 'node:timers/promises'
import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'

import type { Pace } from './pace.ts'
import type { Sweep } from './sweep.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { CleanupPlan } from './cleanup_plan.ts'
import type { CleanupReport } from './cleanup_report.ts'
import { BatchOutcome, type BatchCleaner } from './batch.ts'
import type { Bookmark, ExpiredGuests } from './expired_guests.ts'

/**
 * So many guests whom others had locked are remembered, then they are tried
 * again: memory must not grow with the number of guests
 */
const MOST_MISSED = 10_000

/**
 * So many ids are asked about at once
 */
const MOST_IDS = 1000

/**
 * The next page is read from another connection
 */
const SESSIONS_FOR_PAGES = 1

/**
 * Milliseconds. Long enough for another cleaner to end its batch
 */
const PAUSE_BEFORE_RETRY = 100

interface Parts {
  expired: ExpiredGuests
  batches: BatchCleaner
  pace: Pace
  sweep?: Sweep
}

/**
 * One way through the expired guests, from the oldest on
 */
export class CleanupRun {
  #plan: CleanupPlan
  #expired: ExpiredGuests
  #batches: BatchCleaner
  #pace: Pace
  #sweep?: Sweep
  #report: CleanupReport
  #emitter: Emitter<EventsList>
  #missed: UserId[] = []
  #bookmark?: Bookmark

  constructor(
    plan: CleanupPlan,
    { expired, batches, pace, sweep }: Parts,
    report: CleanupReport,
    emitter: Emitter<EventsList>
  ) {
    this.#plan = plan
    this.#expired = expired
    this.#batches = batches
    this.#pace = pace
    this.#sweep = sweep
    this.#report = report
    this.#emitter = emitter
  }

  /**
   * Where the next run goes on, when this one was stopped: behind whoever was
   * looked at already
   */
  get bookmark(): Bookmark | undefined {
    return this.#bookmark
  }

  /**
   * Looks at each guest once, and again at whom the sweep left behind
   */
  async finish(): Promise<void> {
    await this.#sweepUp()
    for await (const userIds of this.#pages()) {
      await this.#clean(userIds)
      if (this.#missed.length > MOST_MISSED) {
        await this.#settleMissed()
      }
    }
    await this.#settleMissed()
  }

  /**
   * Most runs on PostgreSQL are over with that
   */
  async #sweepUp(): Promise<void> {
    while (this.#sweep && this.#report.deleted < this.#report.expired && (await this.#mayGoOn(0))) {
      const outcome = new BatchOutcome()
      const startedAt = performance.now()
      outcome.deleted = await this.#sweep.next(this.#nextSize)
      const worked = performance.now() - startedAt
      this.#plan.batchSize.learn(outcome.deleted.length, worked)
      this.#pace.worked(worked)
      if (outcome.deleted.length === 0) {
        return
      }
      await this.#tell(outcome)
      this.#plan.onBatch?.(this.#report.result(false))
      this.#plan.onAttempt?.()
    }
  }

  /**
   * Each page is read while the one before is being deleted. The number of
   * expired guests only falls, so a clock that jumps back in the database cannot
   * make this go on for ever
   */
  async *#pages(): AsyncGenerator<UserId[]> {
    const { batchSize } = this.#plan
    const { expired } = this.#report
    this.#bookmark = this.#plan.after
    let looked = this.#report.deleted
    let next: Promise<Bookmark[]> | undefined

    while (looked < expired && (await this.#mayGoOn(SESSIONS_FOR_PAGES))) {
      const read = await (next ?? this.#expired.page(batchSize.current, this.#bookmark))
      const page = read.slice(0, this.#nextSize)
      if (page.length === 0) {
        return
      }
      looked += page.length
      this.#bookmark = page.at(-1)
      next = this.#expired.page(batchSize.current, this.#bookmark)
      try {
        yield page.map(({ userId }) => userId)
      } finally {
        // Nobody may be waiting for it any more
        await next.catch(() => {})
      }
    }
  }

  /**
   * Waits for its turn first
   */
  async #mayGoOn(sessions: number): Promise<boolean> {
    if (!this.#isOver) {
      await this.#pace.takeTurn(sessions)
    }
    return !this.#isOver
  }

  get #isOver(): boolean {
    return this.#plan.signal?.aborted || this.#report.deleted >= this.#plan.limit
  }

  get #nextSize(): number {
    return Math.min(this.#plan.batchSize.current, this.#plan.limit - this.#report.deleted)
  }

  /**
   * What is committed is told, even if a later part of the batch fails
   */
  async #clean(userIds: UserId[]): Promise<void> {
    if (userIds.length === 0) {
      return
    }
    const outcome = new BatchOutcome()
    const startedAt = performance.now()
    try {
      await this.#batches.clean(userIds, outcome)
    } finally {
      await this.#tell(outcome)
    }

    // Waiting for a lock says nothing about the size of a batch
    const worked = performance.now() - startedAt
    this.#pace.worked(worked)
    if (outcome.missed.length < userIds.length) {
      this.#plan.batchSize.learn(userIds.length, worked)
      this.#plan.onBatch?.(this.#report.result(false))
    }
    this.#plan.onAttempt?.()
  }

  async #tell(outcome: BatchOutcome): Promise<void> {
    this.#report.add(outcome)
    this.#missed.push(...outcome.missed)
    if (outcome.deleted.length > 0) {
      await this.#emitter.emit('guest_user:deleted', { userIds: outcome.deleted })
    }
  }

  async #settleMissed(): Promise<void> {
    await this.#retryMissed()
    await this.#forgetGone()
    this.#report.addLeft('locked', this.#missed)
    this.#missed = []
  }

  /**
   * Tries those again whom others had locked, as long as that gets anywhere, in
   * smaller batches, so that one locked row holds up few others
   */
  async #retryMissed(): Promise<void> {
    const size = Math.ceil(this.#plan.batchSize.current / 10)
    let before = Infinity

    while ((await this.#forgetGone()) && this.#missed.length < before && !this.#isOver) {
      await sleep(PAUSE_BEFORE_RETRY)
      before = this.#missed.length
      const waiting = this.#missed
      this.#missed = []
      while (waiting.length > 0 && (await this.#mayGoOn(SESSIONS_FOR_PAGES))) {
        await this.#clean(waiting.splice(0, Math.min(size, this.#nextSize)))
      }
      this.#missed.push(...waiting)
    }
  }

  /**
   * @returns whether anybody is still there
   */
  async #forgetGone(): Promise<boolean> {
    const missed = this.#missed
    this.#missed = []
    while (missed.length > 0) {
      const userIds = missed.splice(0, MOST_IDS)
      this.#missed.push(...(await this.#expired.among(userIds)))
    }
    return this.#missed.length > 0
  }
}
