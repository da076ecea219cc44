import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'

/**
 * No more users are read. Whoever searches for one of more has to type on
 */
const MOST_FOUND = 1000

/**
 * Most terms are of one user, so only a few rows are read at first
 */
const FEW = 20

/**
 * Follows the letters of most alphabets, in most collations
 */
const LATE_LETTER = '龥'

export interface FoundUsers {
  userIds: UserId[]

  /**
   * There are more of them
   */
  isMore: boolean
}

interface Row {
  user_id: UserId

  /**
   * Never null: no comparison with null is true
   */
  value: string

  /**
   * Values that begin with the term may follow this one. A boolean of the driver
   */
  is_near: boolean | number
}

/**
 * Finds users by the beginning of their columns.
 *
 * Reads each column in the order of its index, from the first value that is not
 * smaller than the term: that is fast however many users there are, and in any
 * collation, whereas LIKE can use an index in few. Values that do not begin with
 * the term are dropped afterwards.
 *
 * Dictionaries have other values in between: where accents and hyphens count
 * little, "ann@example.com" follows "anna". So the database decides how far to
 * read
 */
export class GuestSearch {
  #client: QueryClientContract
  #userModel: LucidModel
  #attributes: string[]

  constructor(client: QueryClientContract, userModel: LucidModel, attributes: string[]) {
    this.#client = client
    this.#userModel = userModel
    this.#attributes = attributes
  }

  async find(term: string): Promise<FoundUsers> {
    const userIds = new Set<UserId>()
    let isMore = false

    for (const attribute of this.#attributes) {
      for (const spelling of spellingsOf(term)) {
        const found = await this.#findBeginning(attribute, spelling)
        found.userIds.forEach((userId) => userIds.add(userId))
        isMore ||= found.isMore
      }
    }
    return { userIds: [...userIds], isMore }
  }

  async #findBeginning(attribute: string, term: string, most = FEW): Promise<FoundUsers> {
    const rows = await this.#readFrom(attribute, term, most + 1)
    const last = rows.at(-1)
    const isMore = rows.length > most && (Boolean(last!.is_near) || beginsWith(last!.value, term))
    if (isMore && most === FEW) {
      return this.#findBeginning(attribute, term, MOST_FOUND)
    }
    const found = rows.slice(0, most).filter(({ value }) => beginsWith(value, term))
    return { userIds: found.map((row) => row.user_id), isMore }
  }

  #readFrom(attribute: string, term: string, limit: number): Promise<Row[]> {
    const column = this.#userModel.$getColumn(attribute)!.columnName
    const id = this.#userModel.$getColumn(this.#userModel.primaryKey)!.columnName
    return this.#client
      .from(this.#userModel.table)
      .select(
        `${id} as user_id`,
        `${column} as value`,
        this.#client.raw('?? < ? as is_near', [column, term + LATE_LETTER])
      )
      .where(column, '>=', term)
      .orderBy(column)
      .limit(limit)
  }
}

/**
 * Case-sensitive databases are asked for what people mean
 */
function spellingsOf(term: string): string[] {
  const small = term.toLowerCase()
  const capital = small.replace(/^./u, upper)
  const capitals = small.replaceAll(/(?<=^|[\s-])./gu, upper)
  return [...new Set([term, small, capital, capitals])]
}

function upper(text: string): string {
  return text.toUpperCase()
}

function beginsWith(value: string, term: string): boolean {
  return value.toLowerCase().startsWith(term.toLowerCase())
}
