import type { UserId } from '../database/guest_tables.ts'

/**
 * Whom a transaction claimed, and what became of them
 */
export interface Removed {
  claimed: UserId[]
  deleted: UserId[]

  /**
   * Their rows are still there after the delete: the model, or a trigger, hides
   * users instead. They stay guests
   */
  kept: UserId[]
}

/**
 * The database was told to delete users, and did not, and did not object either.
 * The transaction must be undone: without a row in `guests`, they would be
 * regular users
 */
export class DeleteIgnored extends Error {}
