import type { LucidModel } from '@adonisjs/lucid/types/model'

import { CleanupRun } from './cleanup_run.ts'
import { CleanupReport, MAX_EXAMPLES } from './cleanup_report.ts'
import type { KeptGuests } from './kept_guests.ts'
import { maxBatchSize, Removal } from './removal.ts'
import { planCleanup, type CleanupPlan } from './cleanup_plan.ts'
import { ExpiredGuests } from './expired_guests.ts'
import type { Bookmark } from '../database/bookmark.ts'
import { resolveGuestTables, type GuestTables } from '../database/guest_tables.ts'
import type { Expiry } from '../guests/expiry.ts'
import type { GuestEvents } from '../guests/guest_events.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import type { CleanupOptions, CleanupResult, GuestFilter } from '../types.ts'

export interface RemoveOptions extends Pick<CleanupPlan, 'signal' | 'onAttempt' | 'client'> {
  /**
   * Where an earlier run was stopped by its signal
   */
  after?: Bookmark
}

/**
 * The result of a run, and where the next one continues if it was stopped
 */
export interface StoppedCleanup {
  result: CleanupResult
  bookmark?: Bookmark
}

/**
 * Deletes expired guests in short transactions, oldest first.
 *
 * Each transaction claims the `guests` rows of its batch and deletes only the
 * guests it claimed, so a guest who converts or comes back at the same time
 * keeps everything. Skipped guests are retried at the end; blocked guests are
 * not.
 */
export class GuestCleaner {
  #userModel: LucidModel
  #directory: GuestDirectory
  #expiry: Expiry
  #events: GuestEvents
  #tables: GuestTables
  readonly kept: KeptGuests

  constructor(
    userModel: LucidModel,
    directory: GuestDirectory,
    expiry: Expiry,
    events: GuestEvents,
    kept: KeptGuests
  ) {
    this.#userModel = userModel
    this.#directory = directory
    this.#expiry = expiry
    this.#events = events
    this.kept = kept
    this.#tables = resolveGuestTables(userModel, directory.guestModel, expiry.property)
  }

  async run(options: CleanupOptions): Promise<CleanupResult> {
    const { result } = await this.#run(planCleanup(options, this.#expiry))
    return result
  }

  /**
   * Deletes exactly the guests that match a filter, expired or not. Within a
   * transaction of the caller, the event is sent after its commit, and nothing is
   * tried again that a conflict has ended
   *
   * @returns the result, and where the next run continues
   */
  remove(filter: GuestFilter, options: RemoveOptions = {}): Promise<StoppedCleanup> {
    return this.#run({ ...options, filter, limit: Infinity, dryRun: false })
  }

  async #run(plan: CleanupPlan): Promise<StoppedCleanup> {
    try {
      const client = this.#directory.client(plan.client)
      const { cutoff, ...restriction } = this.#directory.bounds(plan.filter, client)
      const expired = new ExpiredGuests(client, this.#tables, cutoff, restriction)
      const report = new CleanupReport(await expired.count())
      if (plan.dryRun) {
        await this.#countKept(report, expired)
        return { result: report.result(false) }
      }

      const parts = {
        client,
        expired,
        kept: this.kept,
        tables: this.#tables,
        events: this.#events,
        removal: new Removal(client, this.#userModel, this.#tables, cutoff, this.kept),
        maxBatchSize: maxBatchSize(client, this.#userModel),
      }
      const bookmark = await new CleanupRun(plan, parts, report).run()
      return { result: report.result(plan.signal?.aborted ?? false), bookmark }
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  async #countKept(report: CleanupReport, expired: ExpiredGuests) {
    if (this.kept.isSet) {
      const { total, userIds } = await expired.countKept(this.kept, MAX_EXAMPLES)
      report.addLeft('kept', userIds, total)
    }
  }
}
