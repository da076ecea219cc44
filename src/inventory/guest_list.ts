import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ChainableContract } from '@adonisjs/lucid/types/querybuilder'

import type { GuestFilter } from '../types.ts'
import type { Guest } from '../models/guest.ts'
import { whereBeyond, type Bookmark } from '../database/bookmark.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * A guest and its user, who is missing when a scope of the model hides them
 */
export interface ListedGuest {
  guest: Guest
  user?: LucidRow
}

export interface GuestOrder {
  by: 'createdAt' | 'lastSeenAt'
  direction: 'asc' | 'desc'
}

export interface PageRequest {
  filter: GuestFilter
  order: GuestOrder
  size: number

  /**
   * The page after this row, or the one before it. Without either, the first
   */
  after?: Bookmark
  before?: Bookmark
}

export interface GuestPage {
  guests: ListedGuest[]

  /**
   * The first and the last row, where there are pages before or after them
   */
  previous?: Bookmark
  next?: Bookmark
}

const OPPOSITE = { asc: 'desc', desc: 'asc' } as const

/**
 * Reads guests page by page. A page starts at a row, not at a number, so that it
 * costs the same anywhere, and neither skips nor repeats a guest while others
 * come and go
 */
export class GuestList {
  #directory: GuestDirectory
  #userModel: LucidModel
  #moment: GuestOrder['by']

  /**
   * @param moment the property that filters compare, `expireBy` of the
   * configuration
   */
  constructor(directory: GuestDirectory, userModel: LucidModel, moment: GuestOrder['by']) {
    this.#directory = directory
    this.#userModel = userModel
    this.#moment = moment
  }

  async read(request: PageRequest): Promise<GuestPage> {
    const { size, after, before } = request
    const rows = await this.#readRows(request)
    const isMore = rows.length > size
    const page = rows.slice(0, size)
    if (before) {
      page.reverse()
    }

    const guests = await this.#withUsers(page)
    const bookmark = (row: Guest | undefined) =>
      row && { userId: row.userId, moment: momentOf(row) }
    const hasPrevious = before ? isMore : after !== undefined
    const hasNext = before ? true : isMore
    return {
      guests,
      previous: hasPrevious ? bookmark(page[0]) : undefined,
      next: hasNext ? bookmark(page.at(-1)) : undefined,
    }
  }

  async find(userId: UserId): Promise<ListedGuest | null> {
    const guest = await this.#directory.find(userId)
    const [listed] = await this.#withUsers(guest ? [guest] : [])
    return listed ?? null
  }

  /**
   * One row more than the page has, to know whether there is another page
   */
  async #readRows({ filter, order, size, after, before }: PageRequest): Promise<Guest[]> {
    const { guestModel } = this.#directory
    const client = this.#directory.client()
    const column = (name: string) => guestModel.$getColumn(name)!.columnName
    const [moment, userId] = [column(order.by), column('userId')]
    const direction = before ? OPPOSITE[order.direction] : order.direction
    const text = client.dialect.name === 'mysql' ? 'char' : 'text'

    const query = guestModel
      .query({ client })
      .select('*', client.raw(`cast(?? as ${text}) as moment_text`, [moment]))
      .orderBy(moment, direction)
      .orderBy(userId, direction)
      .limit(size + 1)

    const { userIds, ...bounds } = filter
    applyFilter(query, this.#directory, { userId, moment: column(this.#moment) }, bounds)
    if (userIds) {
      query.from(this.#among(userIds))
    }

    const bookmark = after ?? before
    return bookmark ? whereBeyond(query, client, { moment, userId }, bookmark, direction) : query
  }

  /**
   * The guests among some users. The limit, which is never reached, makes the
   * database find them by their keys. Otherwise it might go through all guests in
   * the order of the list to find a few
   */
  #among(userIds: UserId[]) {
    const { guestModel } = this.#directory
    return this.#directory
      .client()
      .from(guestModel.table)
      .whereIn(guestModel.$getColumn('userId')!.columnName, userIds)
      .limit(Math.max(userIds.length, 1))
      .as('found')
  }

  /**
   * All users of a page in one query
   */
  async #withUsers(guests: Guest[]): Promise<ListedGuest[]> {
    if (guests.length === 0) {
      return []
    }
    const users = await this.#userModel.query({ client: this.#directory.client() }).whereIn(
      this.#userModel.primaryKey,
      guests.map(({ userId }) => userId)
    )
    const byId = new Map(users.map((user) => [String(user.$primaryKeyValue), user]))
    return guests.map((guest) => ({ guest, user: byId.get(String(guest.userId)) }))
  }
}

/**
 * As text from the database, so that no digit of its clock is lost
 */
function momentOf(guest: Guest): string {
  return guest.$extras.moment_text
}

/**
 * The rows of `guests` that match a filter, as `g`
 */
export function queryGuests(
  client: QueryClientContract,
  directory: GuestDirectory,
  { guests, userId, moment }: GuestTables,
  filter: GuestFilter
) {
  const columns = { userId: `g.${userId}`, moment: `g.${moment}` }
  return applyFilter(client.from(`${guests} as g`), directory, columns, filter)
}

/**
 * @param columns their names in the query
 */
function applyFilter<Query extends ChainableContract>(
  query: Query,
  directory: GuestDirectory,
  columns: { userId: string; moment: string },
  filter: GuestFilter
): Query {
  const { userIds, since, cutoff } = directory.bounds(filter)
  if (filter.before) {
    query.where(columns.moment, '<', cutoff)
  }
  if (since !== undefined) {
    query.where(columns.moment, '>=', since)
  }
  if (userIds) {
    query.whereIn(columns.userId, userIds)
  }
  return query
}
