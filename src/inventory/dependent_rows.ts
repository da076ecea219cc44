import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import type { ForeignKey } from '../database/foreign_keys.ts'
import { readTableColumns } from '../database/table_columns.ts'
import {
  joinDependents,
  listHoldingPaths,
  isReadable,
  qualifiedName,
  readDependentPaths,
  type DependentPath,
} from '../database/dependents.ts'
import type { GuestTables } from '../database/guest_tables.ts'
import { countBounded, MOST_COUNTED } from './bounded_count.ts'
import type { BoundedCount } from '../count.ts'

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
  effect: DependentPath['effect']

  /**
   * Null when the application's database user may not read the table
   */
  rows: BoundedCount | null
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
    const { paths, schema } = await this.#readPaths()
    const some = () => this.#client.from(`${SELECTED} as g`)
    const shared = () => ({ [SELECTED]: this.#first(queryGuests()) })
    const holding = listHoldingPaths(paths, this.#tables.users).filter((path) => path.isCertain)

    const held = holding.map(({ keys }) => {
      return joinDependents(some(), this.#tables, keys).distinct(`g.${this.#tables.userId}`)
    })
    const counted = paths.filter(isReadable)
    const rows = counted.map(({ keys }) => joinDependents(some(), this.#tables, keys))
    const [all, ...counts] = await countBounded(this.#client, [some(), ...rows], shared())

    return {
      tables: paths.map((path) => {
        const key = path.keys.at(-1)!
        return {
          table: key.schema === schema ? key.table : qualifiedName(key),
          columns: key.columns,
          effect: path.effect,
          rows: counts[counted.indexOf(path)] ?? null,
        }
      }),
      held: await this.#countDistinct(held, shared()),
      isPartial: all.isMore,
    }
  }

  /**
   * The rows of `guests` themselves are no news, but what points at them is
   *
   * @returns the schema of `guests` as well
   */
  async #readPaths(): Promise<{ paths: DependentPath[]; schema?: string | null }> {
    const paths = await readDependentPaths(this.#client, this.#tables.users)
    const own = paths.find(({ keys }) => keys.length === 1 && this.#isOfGuests(keys[0]))
    const others = paths.filter((path) => path !== own)
    return {
      paths: await Promise.all(others.map((path) => this.#correctEffect(path))),
      schema: own?.keys[0].schema,
    }
  }

  /**
   * A key that is set to null where null is not allowed forbids the delete
   */
  async #correctEffect(path: DependentPath): Promise<DependentPath> {
    const key = path.keys.at(-1)!
    if (key.onDelete !== 'set null') {
      return path
    }
    const columns = await readTableColumns(this.#client, qualifiedName(key))
    const canBeNull = columns
      .filter(({ name }) => key.columns.includes(name))
      .every((column) => column.isNullable)
    return canBeNull ? path : { ...path, effect: 'blocking' }
  }

  #isOfGuests({ schema, table, columns }: ForeignKey): boolean {
    const { guests, userId } = this.#tables
    return [table, `${schema}.${table}`].includes(guests) && columns.join() === userId
  }

  /**
   * Each guest counts once, however many rows hold them
   */
  async #countDistinct(
    queries: DatabaseQueryBuilderContract<any>[],
    shared: Parameters<typeof countBounded>[2]
  ): Promise<BoundedCount> {
    const [first, ...others] = queries
    if (!first) {
      return { total: 0, isMore: false }
    }
    const held = this.#client.from(first.union(others).as('held'))
    const [count] = await countBounded(this.#client, [held], shared)
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
