import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { KeptGuests } from './kept_guests.ts'
import { planCleanup, type CleanupPlan } from './cleanup_plan.ts'
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

  /**
   * A site that only has guests imports nothing of it
   */
  async #run(plan: CleanupPlan): Promise<StoppedCleanup> {
    const { cleanUp } = await import('./clean_up.ts')
    return cleanUp(plan, {
      userModel: this.#userModel,
      directory: this.#directory,
      events: this.#events,
      tables: this.#tables,
      kept: this.kept,
    })
  }
}
