import type { DateTime } from 'luxon'

/**
 * Options of a cleanup
 */
export interface CleanupOptions {
  /**
   * Delete guests older than this many milliseconds. Defaults to `maxAge`
   */
  olderThan?: number

  /**
   * Delete only guests among these users, at most 10,000
   */
  userIds?: (string | number)[]

  /**
   * Most guests per transaction, up to 10,000. Without it, each batch is as large
   * as the ones before let expect 50 ms, up to 2000 on PostgreSQL and 500
   * elsewhere, and 100 when users are deleted one by one through their model
   */
  batchSize?: number

  /**
   * Delete no more guests than that. Defaults to all
   */
  limit?: number

  /**
   * Count the expired guests and change nothing. Defaults to false
   */
  dryRun?: boolean

  /**
   * Stops the cleanup after its current batch
   */
  signal?: AbortSignal

  /**
   * Called after each batch, outside its transaction
   */
  onBatch?: (progress: CleanupResult) => void
}

/**
 * Expired guests that are still there, for one reason
 */
export interface RemainingGuests {
  total: number

  /**
   * The first of them, at most 100
   */
  userIds: (string | number)[]
}

/**
 * Guests whom no cleanup can delete, because a foreign key forbids it
 */
export interface BlockedGuests extends RemainingGuests {
  /**
   * The table that points at them, null when the database does not tell
   */
  table: string | null

  /**
   * The name of its foreign key, null in SQLite
   */
  constraint: string | null
}

/**
 * Guests left to the next run. `locked`: another transaction works on them.
 * `kept`: the user model's `delete()` did not delete the row (soft deletes)
 */
export interface LeftGuests extends RemainingGuests {
  reason: 'locked' | 'kept'
}

/**
 * What a cleanup did
 */
export interface CleanupResult {
  /**
   * How many guests were expired when it started
   */
  expired: number
  deleted: number
  left: number
  leftBy: LeftGuests[]
  blocked: number
  blockedBy: BlockedGuests[]
  seconds: number

  /**
   * Whether `signal` ended it early
   */
  aborted: boolean
}

/**
 * Which guests? All bounds must hold; without any, it is all of them
 */
export interface GuestFilter {
  /**
   * Only these users; whoever of them is no guest is left out
   */
  userIds?: (string | number)[]

  /**
   * Not last seen (or not created, as `expireBy` says) before this moment
   */
  since?: DateTime

  /**
   * Last seen (or created) before this moment
   */
  before?: DateTime
}
