import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { GuestModel } from '../types.ts'

/**
 * The key of a user, as the driver returns it
 */
export type UserId = string | number

/**
 * The names of the users and guests tables, and of their columns
 */
export interface GuestTables {
  users: string
  id: string
  guests: string
  userId: string

  /**
   * The column of `guests` that ages are counted from
   */
  moment: string
}

export function resolveGuestTables(
  userModel: LucidModel,
  guestModel: GuestModel,
  expireBy: 'lastSeenAt' | 'createdAt'
): GuestTables {
  return {
    users: userModel.table,
    id: userModel.$getColumn(userModel.primaryKey)!.columnName,
    guests: guestModel.table,
    userId: guestModel.$getColumn('userId')!.columnName,
    moment: guestModel.$getColumn(expireBy)!.columnName,
  }
}
