import type { DateTime } from 'luxon'
import { BaseModel, column } from '@adonisjs/lucid/orm'

/**
 * A row of `guests`: the user it references is a guest as long as the row
 * exists. To add columns, extend it and set `guestModel` to your class.
 *
 * Its columns are named here, as in its migration, whatever naming strategy the
 * application has for its own models.
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

  @column({ isPrimary: true, columnName: 'user_id' })
  declare userId: string | number

  @column.dateTime({ columnName: 'created_at' })
  declare createdAt: DateTime

  /**
   * Equals `createdAt` until the guest comes back, and is then updated at most
   * once per small fraction of `maxAge`
   */
  @column.dateTime({ columnName: 'last_seen_at' })
  declare lastSeenAt: DateTime

  /**
   * Unique, so that parallel first requests create only one guest. Ignored a
   * few seconds after the guest was created
   */
  @column({ columnName: 'visit_key', serializeAs: null })
  declare visitKey: string | null
}

export default Guest
