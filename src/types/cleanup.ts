import type { DateTime } from 'luxon'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Options of a cleanup
 */
export interface CleanupOptions {
  /**
   * Delete guests older than this: a duration with a unit, such as '30 days'.
   * Defaults to `maxAge`
   */
  olderThan?: string

  /**
   * Delete only guests with these user ids, at most 10,000
   */
  userIds?: (string | number)[]

  /**
   * Maximum number of guests per transaction, up to 10,000. By default it
   * adapts so that a batch takes about 50 ms: up to 2000 on PostgreSQL, 500
   * elsewhere, and 100 when users are deleted one by one through their model
   */
  batchSize?: number

  /**
   * Delete at most this many guests. Defaults to all
   */
  limit?: number

  /**
   * Only count the expired guests. Defaults to false
   */
  dryRun?: boolean

  /**
   * Stops the cleanup after its current batch
   */
  signal?: AbortSignal

  /**
   * The connection to clean up, instead of the user model's own. Not a transaction:
   * a cleanup consists of short ones
   */
  client?: QueryClientContract

  /**
   * Called after each batch, outside its transaction
   */
  onBatch?: (progress: CleanupResult) => void
}

/**
 * Expired guests that were not deleted, for one reason
 */
export interface RemainingGuests {
  total: number

  /**
   * The first 100 at most
   */
  userIds: (string | number)[]
}

/**
 * Guests that cannot be deleted because a foreign key or a trigger forbids it
 */
export interface BlockedGuests extends RemainingGuests {
  /**
   * The table that references them, null when the database does not report it
   */
  table: string | null

  /**
   * The name of its foreign key, null on SQLite
   */
  constraint: string | null
}

/**
 * Guests left for the next run. `locked`: by another transaction. `kept`: the
 * user model's `delete()`, or a trigger, kept the row (soft deletes)
 */
export interface LeftGuests extends RemainingGuests {
  reason: 'locked' | 'kept'
}

/**
 * The result of a cleanup
 */
export interface CleanupResult {
  /**
   * Guests that were expired when it started
   */
  expired: number
  deleted: number
  left: number
  leftBy: LeftGuests[]
  blocked: number
  blockedBy: BlockedGuests[]
  seconds: number

  /**
   * Whether `signal` stopped it early
   */
  aborted: boolean
}

/**
 * Selects guests. All conditions must hold; without any, all guests match
 */
export interface GuestFilter {
  /**
   * Only these users. Those that are not guests are ignored
   */
  userIds?: (string | number)[]

  /**
   * Last seen at this moment or later (or created, depending on `expireBy`)
   */
  since?: DateTime

  /**
   * Last seen (or created) before this moment
   */
  before?: DateTime
}
