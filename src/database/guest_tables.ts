import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { GuestModel } from '../types.ts'

/**
 * Key of a user as the driver returns it
 */
export type UserId = string | number

/**
 * How the two tables of a cleanup and their columns are called
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

export function nameGuestTables(
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
