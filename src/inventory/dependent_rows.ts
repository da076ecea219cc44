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
 * What the guests in question are called in the queries
 */
const SELECTED = 'selected_guest_users'

/**
 * Rows of one table that point at guests, or at rows that go with them
 */
export interface DependentRows {
  /**
   * With its schema where it has one of its own
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
   * Guests whom some row certainly keeps from being deleted
   */
  blocked: BoundedCount

  /**
   * Only the rows of some of the guests were counted
   */
  isPartial: boolean
}

/**
 * Looks up, along the database's own foreign keys, what a delete would touch
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
   * The rows of `guests` themselves are no news, but what points at them is
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
   * As a table of its own, so that the limit is about guests. One more tells
   * that there are others
   */
  #first(guests: DatabaseQueryBuilderContract<any>) {
    return guests.select(`g.${this.#tables.userId}`).limit(MOST_COUNTED + 1)
  }
}
