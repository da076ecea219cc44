import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import { readTableColumns } from '../table_columns.ts'
import { joinDependents } from '../cleanup/join_dependents.ts'
import { listHoldingPaths } from '../cleanup/holding_paths.ts'
import type { GuestTables } from '../cleanup/guest_tables.ts'
import { countBounded, MOST_COUNTED, type BoundedCount } from './bounded_count.ts'
import {
  qualifiedName,
  readDependentPaths,
  type DependentPath,
} from '../cleanup/dependent_paths.ts'

/**
 * Rows of one table that point at guests, or at rows that go with them
 */
export interface DependentRows {
  /**
   * With its schema where it has one of its own
   */
  table: string
  columns: string[]
  effect: DependentPath['effect']
  rows: BoundedCount
}

export interface Dependents {
  tables: DependentRows[]

  /**
   * Guests whom some row certainly keeps from being deleted
   */
  held: BoundedCount

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
  async count(queryGuests: () => DatabaseQueryBuilderContract<any>): Promise<Dependents> {
    const paths = await this.#readPaths()
    const some = () => this.#first(queryGuests)
    const holding = listHoldingPaths(paths, this.#tables.users).filter((path) => path.isCertain)

    const held = holding.map(({ keys }) => {
      return joinDependents(some(), this.#tables, keys).distinct(`g.${this.#tables.userId}`)
    })
    const [all, ...counts] = await countBounded(this.#client, [
      queryGuests(),
      ...paths.map(({ keys }) => joinDependents(some(), this.#tables, keys)),
    ])

    return {
      tables: paths.map(({ keys, effect }, index) => ({
        table: keys.at(-1)!.table,
        columns: keys.at(-1)!.columns,
        effect,
        rows: counts[index],
      })),
      held: await this.#countDistinct(held),
      isPartial: all.isMore,
    }
  }

  /**
   * The rows of `guests` themselves are no news. A key that is set to null where
   * null is not allowed forbids the delete
   */
  async #readPaths(): Promise<DependentPath[]> {
    const paths = await readDependentPaths(this.#client, this.#tables.users)
    const others = paths.filter(({ keys }) => keys[0].table !== bareName(this.#tables.guests))

    return Promise.all(
      others.map(async (path) => {
        const key = path.keys.at(-1)!
        if (key.onDelete !== 'set null') {
          return path
        }
        const columns = await readTableColumns(this.#client, qualifiedName(key))
        const canBeNull = columns
          .filter(({ name }) => key.columns.includes(name))
          .every((column) => column.isNullable)
        return canBeNull ? path : { ...path, effect: 'blocking' as const }
      })
    )
  }

  /**
   * Each guest counts once, however many rows hold them
   */
  async #countDistinct(queries: DatabaseQueryBuilderContract<any>[]): Promise<BoundedCount> {
    const [first, ...others] = queries
    if (!first) {
      return { total: 0, isMore: false }
    }
    const held = this.#client.from(first.union(others).as('held'))
    const [count] = await countBounded(this.#client, [held])
    return count
  }

  /**
   * As a table of its own, so that the limit is about guests
   */
  #first(queryGuests: () => DatabaseQueryBuilderContract<any>) {
    const ids = queryGuests().select(`g.${this.#tables.userId}`).limit(MOST_COUNTED)
    return this.#client.from(ids.as('g'))
  }
}

function bareName(table: string): string {
  return table.split('.').at(-1)!
}
