import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Expiry } from '../guests/expiry.ts'
import { Holders } from './holders.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import { chooseRemoval, removesInOneStatement, largestBatchSize } from './removal.ts'
import { Pace, BatchSize } from './pace.ts'
import { Sweep } from './sweep.ts'
import { CleanupReport } from './cleanup_report.ts'
import { BatchCleaner } from './batch.ts'
import { CleanupRun } from './cleanup_run.ts'
import { ExpiredGuests, type Bookmark } from './expired_guests.ts'
import { nameGuestTables, type GuestTables } from '../database/guest_tables.ts'
import { planCleanup, type CleanupPlan } from './cleanup_plan.ts'
import type { CleanupOptions, CleanupResult, GuestFilter } from '../types.ts'

export interface RemoveOptions extends Pick<CleanupPlan, 'signal' | 'onAttempt'> {
  /**
   * Where an earlier run was stopped by its signal
   */
  after?: Bookmark
}

/**
 * What a run did, and where the next one goes on when it was stopped
 */
export interface StoppedCleanup {
  result: CleanupResult
  bookmark?: Bookmark
}

/**
 * Deletes expired guests in short transactions, the oldest first.
 *
 * Each transaction claims the `guests` rows of its batch; only whose row it got
 * is deleted. A guest who converts or comes back at that moment therefore keeps
 * everything, whatever the timing. Whoever is locked is tried again at the end,
 * whoever is blocked is not.
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
    const { result } = await this.#start(planCleanup(options, this.#expiry, this.#largestBatch))
    return result
  }

  /**
   * Deletes exactly the guests of a filter, of any age when it names none.
   *
   * @returns what became of them, and where the next run would go on
   */
  remove(filter: GuestFilter, options: RemoveOptions = {}): Promise<StoppedCleanup> {
    const batchSize = BatchSize.upTo(this.#largestBatch)
    return this.#start({ ...options, filter, batchSize, limit: Infinity, dryRun: false })
  }

  get #largestBatch(): number {
    return largestBatchSize(this.#directory.client(), this.#userModel)
  }

  async #start(plan: CleanupPlan): Promise<StoppedCleanup> {
    try {
      return await this.#run(plan)
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  async #run(plan: CleanupPlan): Promise<StoppedCleanup> {
    const client = this.#directory.client()
    const { guestModel } = this.#directory
    const tables = nameGuestTables(this.#userModel, guestModel, this.#expiry.property)

    const { cutoff, ...restriction } = this.#directory.bounds(plan.filter)
    const expired = new ExpiredGuests(client, tables, cutoff, restriction)
    const report = new CleanupReport(await expired.count())
    let bookmark: Bookmark | undefined

    if (!plan.dryRun) {
      const removeGuests = await chooseRemoval(client, this.#userModel, tables, cutoff)
      const holders = new Holders(client, tables)
      const batches = new BatchCleaner(client, removeGuests, holders)
      const sweep = (await this.#canSweep(plan, client, tables))
        ? new Sweep(client, tables, cutoff, holders)
        : undefined
      const pace = new Pace(client, plan.signal)
      const parts = { expired, batches, pace, sweep }
      const run = new CleanupRun(plan, parts, report, this.#emitter)
      await run.finish()
      bookmark = run.bookmark
    }
    return { result: report.result(plan.signal?.aborted ?? false), bookmark }
  }

  /**
   * A sweep takes all expired guests, from the oldest on
   */
  async #canSweep(
    { filter, after }: CleanupPlan,
    client: QueryClientContract,
    tables: GuestTables
  ): Promise<boolean> {
    const isRestricted = filter.userIds !== undefined || filter.since !== undefined
    return (
      !isRestricted &&
      after === undefined &&
      (await removesInOneStatement(client, this.#userModel, tables))
    )
  }
}
