import type { LucidModel } from '@adonisjs/lucid/types/model'

import { CleanupRun } from './cleanup_run.ts'
import { CleanupReport, MAX_EXAMPLES } from './cleanup_report.ts'
import type { KeptGuests } from './kept_guests.ts'
import { maxBatchSize, Removal } from './removal.ts'
import type { CleanupPlan } from './cleanup_plan.ts'
import { ExpiredGuests } from './expired_guests.ts'
import type { GuestTables } from '../database/guest_tables.ts'
import type { GuestEvents } from '../guests/guest_events.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import type { StoppedCleanup } from './guest_cleaner.ts'

/**
 * What the cleaner knows
 */
interface Cleaner {
  userModel: LucidModel
  directory: GuestDirectory
  events: GuestEvents
  tables: GuestTables
  kept: KeptGuests
}

/**
 * Carries a plan out: counts, chooses the removal, and runs
 */
export async function cleanUp(plan: CleanupPlan, cleaner: Cleaner): Promise<StoppedCleanup> {
  const { userModel, directory, events, tables, kept } = cleaner
  try {
    const client = directory.client(plan.client)
    const { cutoff, ...restriction } = directory.bounds(plan.filter, client)
    const expired = new ExpiredGuests(client, tables, cutoff, restriction)
    const report = new CleanupReport(await expired.count())
    if (plan.dryRun) {
      await countKept(report, expired, kept)
      return { result: report.result(false) }
    }

    const removal = new Removal(client, userModel, tables, cutoff, kept)
    const parts = { client, expired, kept, tables, events, removal }
    const run = new CleanupRun(
      plan,
      { ...parts, maxBatchSize: maxBatchSize(client, userModel) },
      report
    )
    const bookmark = await run.run()
    return { result: report.result(plan.signal?.aborted ?? false), bookmark }
  } catch (error) {
    throw directory.explain(error)
  }
}

async function countKept(report: CleanupReport, expired: ExpiredGuests, kept: KeptGuests) {
  if (kept.isSet) {
    const { total, userIds } = await expired.countKept(kept, MAX_EXAMPLES)
    report.addLeft('kept', userIds, total)
  }
}
