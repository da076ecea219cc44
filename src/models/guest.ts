import type { DateTime } from 'luxon'
import { BaseModel, column } from '@adonisjs/lucid/orm'

/**
 * A row of `guests`: the user it points at is a guest for as long as the row
 * is there. Extend it and name your class in `guestModel` to add columns of
 * your own.
 *
 * @example
 * import { Guest } from 'adonisjs-guest-user/models/guest'
 *
 * const guest = await Guest.find(user.id)
 */
export class Guest extends BaseModel {
  static table = 'guests'
  static primaryKey = 'userId'
  static selfAssignPrimaryKey = true

  @column({ isPrimary: true })
  declare userId: string | number

  @column.dateTime()
  declare createdAt: DateTime

  /**
   * Equals `createdAt` until the guest comes back; then written at most once
   * per small part of `maxAge`
   */
  @column.dateTime()
  declare lastSeenAt: DateTime

  /**
   * Lets the database see to it that parallel first requests make one guest.
   * Worthless a few seconds after the guest was made
   */
  @column({ serializeAs: null })
  declare visitKey: string | null
}

export default Guest
