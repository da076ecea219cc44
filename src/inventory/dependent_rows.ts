import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import {
  Dependents,
  isReadable,
  joinPath,
  listCertainlyBlockingPaths,
  type DeleteEffect,
  type DependentPath,
} from '../database/dependents.ts'
import type { BoundedCount } from '../count.ts'
import { isNamed, qualifiedName } from '../database/catalog.ts'
import type { GuestTables } from '../database/guest_tables.ts'
import { countBounded, MOST_COUNTED } from './bounded_count.ts'

/**
 * The name of the guests in question in the queries
 */
const SELECTED = 'selected_guest_users'

/**
 * Rows of one table that point at guests, or at rows that are deleted with them
 */
export interface DependentRows {
  /**
   * With its schema, unless that is the one of `guests`
   */
  table: string
  columns: string[]
  effect: DeleteEffect

  /**
   * Null when the application's database user may not read the table
   */
  rows: BoundedCount | null
}

export interface DependentRowCounts {
  tables: DependentRows[]

  /**
   * Guests who are certainly blocked by a row
   */
  blocked: BoundedCount

  /**
   * Only the rows of the first guests were counted
   */
  isPartial: boolean
}

/**
 * Counts, along the database's own foreign keys, the rows that a deletion would
 * affect
 */
export class DependentRowsCounter {
  #client: QueryClientContract
  #tables: GuestTables

  constructor(client: QueryClientContract, tables: GuestTables) {
    this.#client = client
    this.#tables = tables
  }

  /**
   * @param queryGuests makes queries for the guests in question, each as `g`
   */
  async count(queryGuests: () => DatabaseQueryBuilderContract<any>): Promise<DependentRowCounts> {
    const { paths, schema } = await this.#readPaths()
    const some = () => this.#client.from(`${SELECTED} as g`)
    const shared = () => ({ [SELECTED]: this.#first(queryGuests()) })

    const blocked = listCertainlyBlockingPaths(paths, this.#tables.users).map((path) => {
      return joinPath(some(), this.#tables, path).distinct(`g.${this.#tables.userId}`)
    })
    const counted = paths.filter(isReadable)
    const rows = counted.map((path) => joinPath(some(), this.#tables, path))
    const [all, ...counts] = await countBounded(this.#client, [some(), ...rows], shared())

    return {
      tables: paths.map((path) => {
        const key = path.at(-1)!
        return {
          table: key.schema === schema ? key.table : qualifiedName(key),
          columns: key.columns,
          effect: key.effect,
          rows: counts[counted.indexOf(path)] ?? null,
        }
      }),
      blocked: await this.#countDistinct(blocked, shared()),
      isPartial: all.isMore,
    }
  }

  /**
   * The rows of `guests` themselves are left out, but not those that point at them
   *
   * @returns the schema of `guests` as well
   */
  async #readPaths(): Promise<{ paths: DependentPath[]; schema?: string | null }> {
    const { users, guests, userId } = this.#tables
    const paths = await new Dependents(this.#client, users).paths()
    const own = paths.find(
      ([key, ...others]) =>
        others.length === 0 && isNamed(key, guests) && key.columns.join() === userId
    )
    return { paths: paths.filter((path) => path !== own), schema: own?.[0].schema }
  }

  /**
   * Each guest counts once, however many rows block its delete
   */
  async #countDistinct(
    queries: DatabaseQueryBuilderContract<any>[],
    shared: Parameters<typeof countBounded>[2]
  ): Promise<BoundedCount> {
    const [first, ...others] = queries
    if (!first) {
      return { total: 0, isMore: false }
    }
    const blocked = this.#client.from(first.union(others).as('blocked'))
    const [count] = await countBounded(this.#client, [blocked], shared)
    return count
  }

  /**
   * As a subquery, so that the limit applies to guests. One more shows that there
   * are others
   */
  #first(guests: DatabaseQueryBuilderContract<any>) {
    return guests.select(`g.${this.#tables.userId}`).limit(MOST_COUNTED + 1)
  }
}
