import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'

/**
 * So many users are looked at. Whoever searches for one of more types on
 */
const MOST_FOUND = 1000
const FEW = 20

interface Row {
  user_id: UserId

  /**
   * Not of rows where it is null: nothing is compared with that
   */
  value: string

  /**
   * Values that begin with the term may be behind this one, too. A truth value
   * of the driver
   */
  is_near: boolean | number
}

export interface FoundUsers {
  userIds: UserId[]

  /**
   * There are more of them
   */
  isMore: boolean
}

/**
 * Behind the letters of most alphabets, in most orders
 */
const LATE_LETTER = '龥'

/**
 * Finds users by what their columns begin with.
 *
 * From the first value that is not smaller than the term on, in the order of
 * the column's index: that is fast however many users there are, and in any
 * collation, whereas LIKE uses an index in few. What does not begin with the
 * term is dropped afterwards.
 *
 * Dictionaries have other values in between: where accents and hyphens count
 * little, "ann@example.com" is behind "anna". So it is the database that says
 * how far to read
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
      for (const spelling of spellings(term)) {
        const found = await this.#findBeginning(attribute, spelling)
        found.userIds.forEach((userId) => userIds.add(userId))
        isMore ||= found.isMore
      }
    }
    return { userIds: [...userIds], isMore }
  }

  /**
   * Few rows are read at first: most terms are of one user
   */
  async #findBeginning(attribute: string, term: string): Promise<FoundUsers> {
    const few = await this.#readBeginning(attribute, term, FEW)
    return few.isMore ? this.#readBeginning(attribute, term, MOST_FOUND) : few
  }

  async #readBeginning(attribute: string, term: string, most: number): Promise<FoundUsers> {
    const rows = await this.#readFrom(attribute, term, most + 1)
    const found = rows.slice(0, most).filter(({ value }) => beginsWith(value, term))
    const last = rows.at(-1)
    return {
      userIds: found.map((row) => row.user_id),
      isMore: rows.length > most && (Boolean(last!.is_near) || beginsWith(last!.value, term)),
    }
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
 * Databases that tell upper from lower case are asked for what people mean
 */
function spellings(term: string): string[] {
  const small = lower(term)
  const capital = small.replace(/^./u, upper)
  const capitals = small.replaceAll(/(?<=^|[\s-])./gu, upper)
  return [...new Set([term, small, capital, capitals])]
}

function upper(text: string): string {
  return text.toUpperCase()
}

function lower(text: string): string {
  return text.toLowerCase()
}

function beginsWith(value: string, term: string): boolean {
  return lower(value).startsWith(lower(term))
}
