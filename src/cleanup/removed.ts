import type { UserId } from './guest_tables.ts'

/**
 * Whom a transaction claimed, and what became of them
 */
export interface Removed {
  claimed: UserId[]
  deleted: UserId[]

  /**
   * Their rows are still there after `user.delete()`: the model hides users
   * instead of deleting them. They stay guests
   */
  kept: UserId[]
}
