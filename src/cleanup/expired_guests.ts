import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { whereBeyond, type Bookmark } from '../database/bookmark.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Additional bounds, for cleanups of some expired guests only
 */
export interface Restriction {
  userIds?: UserId[]

  /**
   * Formatted for the database
   */
  since?: string
}

/**
 * Queries the expired guests, without locks
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
   * The oldest ones after the bookmark
   */
  async page(size: number, bookmark?: Bookmark): Promise<Bookmark[]> {
    const { userId, moment } = this.#tables
    const text = this.#client.dialect.name === 'mysql' ? 'char' : 'text'
    const query = this.#expired()
      .select(`${userId} as userId`, this.#client.raw(`cast(?? as ${text}) as moment`, [moment]))
      .orderBy(moment)
      .orderBy(userId)
      .limit(size)

    return bookmark ? whereBeyond(query, this.#client, { moment, userId }, bookmark) : query
  }

  /**
   * Returns those of these users that are still expired guests
   */
  async filter(userIds: UserId[]): Promise<UserId[]> {
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
