import type { DateTime } from 'luxon'
import { BaseModel, column } from '@adonisjs/lucid/orm'

export default class Note extends BaseModel {
  @column({ isPrimary: true })
  declare id: number

  @column()
  declare userId: number

  @column()
  declare body: string

  @column.dateTime({ autoCreate: true })
  declare createdAt: DateTime

  /**
   * "3 minutes ago": the server does not know the visitor's clock
   */
  get age() {
    const isNew = this.createdAt.diffNow().as('seconds') > -60
    return isNew ? 'just now' : this.createdAt.toRelative({ locale: 'en' })
  }
}
