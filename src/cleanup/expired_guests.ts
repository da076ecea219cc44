import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Where a page of expired guests ended
 */
export interface Bookmark {
  userId: UserId

  /**
   * Text from the database, so that no digit of its clock is lost on the way
   */
  moment: string
}

/**
 * Further bounds of a cleanup that not all expired guests are meant by
 */
export interface Restriction {
  userIds?: UserId[]

  /**
   * A moment in the format of the database
   */
  since?: string
}

/**
 * Reads who has expired, without locking anybody
 */
export class ExpiredGuests {
  #client: QueryClientContract
  #tables: GuestTables
  #restriction: Restriction
  readonly cutoff: string

  constructor(
    client: QueryClientContract,
    tables: GuestTables,
    cutoff: string,
    restriction: Restriction = {}
  ) {
    this.#client = client
    this.#tables = tables
    this.#restriction = restriction
    this.cutoff = cutoff
  }

  async count(): Promise<number> {
    const [{ total }] = await this.#expired().count('* as total')
    return Number(total)
  }

  /**
   * The oldest ones behind the bookmark
   */
  async page(size: number, bookmark?: Bookmark): Promise<Bookmark[]> {
    const { userId, moment } = this.#tables
    const text = this.#client.dialect.name === 'mysql' ? 'char' : 'text'
    const query = this.#expired()
      .select(`${userId} as userId`, this.#client.raw(`cast(?? as ${text}) as moment`, [moment]))
      .orderBy(moment)
      .orderBy(userId)
      .limit(size)

    if (bookmark) {
      // The first line is implied by the others, but lets an index be used
      query.where(moment, '>=', bookmark.moment).where((behind) => {
        behind.where(moment, '>', bookmark.moment).orWhere(userId, '>', bookmark.userId)
      })
    }
    return query
  }

  /**
   * Which of them are expired guests still?
   */
  async among(userIds: UserId[]): Promise<UserId[]> {
    const rows = await this.#expired()
      .select(`${this.#tables.userId} as userId`)
      .whereIn(this.#tables.userId, userIds)
    return rows.map((row) => row.userId)
  }

  #expired() {
    const { guests, moment, userId } = this.#tables
    const { userIds, since } = this.#restriction

    const query = this.#client.from(guests).where(moment, '<', this.cutoff)
    if (since !== undefined) {
      query.where(moment, '>=', since)
    }
    if (userIds) {
      query.whereIn(userId, userIds)
    }
    return query
  }
}
