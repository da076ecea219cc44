import type { Emitter } from '@adonisjs/core/events'
import type { EventsList } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { Expiry } from './expiry.ts'
import { Holders } from './cleanup/holders.ts'
import type { GuestDirectory } from './guest_directory.ts'
import { chooseRemoval, removesInOneStatement, largestBatchSize } from './cleanup/removal.ts'
import { Sweep } from './cleanup/sweep.ts'
import { CleanupReport } from './cleanup/cleanup_report.ts'
import { BatchCleaner } from './cleanup/batch.ts'
import { CleanupRun } from './cleanup/cleanup_run.ts'
import { ExpiredGuests } from './cleanup/expired_guests.ts'
import { nameGuestTables } from './cleanup/guest_tables.ts'
import { planCleanup, type CleanupPlan } from './cleanup/cleanup_plan.ts'
import type { CleanupOptions, CleanupResult } from './types.ts'

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
    const plan = planCleanup(
      options,
      this.#expiry,
      largestBatchSize(this.#directory.client(), this.#userModel)
    )
    try {
      return await this.#run(plan)
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  async #run(plan: CleanupPlan): Promise<CleanupResult> {
    const client = this.#directory.client()
    const { guestModel } = this.#directory
    const tables = nameGuestTables(this.#userModel, guestModel, this.#expiry.property)

    // Nobody may be deleted early
    const cutoff = this.#directory.formatted(this.#expiry.cutoff(plan.olderThan), 'rather earlier')
    const expired = new ExpiredGuests(client, tables, cutoff)
    const report = new CleanupReport(await expired.count())

    if (!plan.dryRun) {
      const removeGuests = await chooseRemoval(client, this.#userModel, tables, cutoff)
      const holders = new Holders(client, tables)
      const batches = new BatchCleaner(client, removeGuests, holders)
      const sweep = (await removesInOneStatement(client, this.#userModel, tables))
        ? new Sweep(client, tables, cutoff, holders)
        : undefined
      await new CleanupRun(plan, expired, batches, report, this.#emitter, sweep).finish()
    }
    return report.result(plan.signal?.aborted ?? false)
  }
}
