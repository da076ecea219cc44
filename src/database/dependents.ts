import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import { qualifiedName, readHomeSchema, splitQualifiedName } from './catalog.ts'
import type { GuestTables } from './guest_tables.ts'
import { readTableColumns } from './table_columns.ts'
import { readForeignKeys, type ForeignKey } from './foreign_keys.ts'

/**
 * What becomes of a row when the row it points at is deleted: deleted with it,
 * kept without it, or it forbids the delete
 */
export type DeleteEffect = 'deleted' | 'detached' | 'blocking'

/**
 * A foreign key that the database looks at when a user is deleted
 */
export interface DependentKey extends ForeignKey {
  /**
   * The table that it belongs to, with its schema. The table of the users is
   * called as the model calls it
   */
  child: string

  /**
   * The table it points at: that of the users, or one whose rows are deleted
   * with theirs
   */
  parent: string
  effect: DeleteEffect
}

/**
 * Foreign keys from the users outwards: the rows of each step are deleted with
 * those of the step before. What happens at the end of it is up to the last key
 */
export type DependentPath = DependentKey[]

const EFFECTS = {
  'cascade': 'deleted',
  'set null': 'detached',
  'set default': 'detached',
  'restrict': 'blocking',
  'no action': 'blocking',
} as const

/**
 * Applications with more than that are left to trial and error
 */
const MOST_PATHS = 200
const LONGEST_PATH = 6

/**
 * What hangs on a user, and what blocks its delete, as the database's own
 * foreign keys say. The catalogue is read once, when it is first asked
 */
export class Dependents {
  #client: QueryClientContract
  #users: string
  #keys?: Promise<DependentKey[]>

  /**
   * @param users `users`, or `schema.users`
   */
  constructor(client: QueryClientContract, users: string) {
    this.#client = client
    this.#users = users
  }

  /**
   * Each foreign key once, from the users on through all tables whose rows are
   * deleted with those they point at
   */
  keys(): Promise<DependentKey[]> {
    this.#keys ??= this.#readKeys()
    return this.#keys
  }

  /**
   * All ways in which rows of other tables depend on users
   */
  async paths(): Promise<DependentPath[]> {
    return listPaths(await this.keys(), this.#users)
  }

  async #readKeys(): Promise<DependentKey[]> {
    const keys: DependentKey[] = []
    const tables = new Set([this.#users])

    // A Set yields what is added while it is walked
    for (const parent of tables) {
      for (const key of await readForeignKeys(this.#client, parent)) {
        const effect = await this.#readEffect(key)
        const child = (await this.#isOfUsers(key)) ? this.#users : qualifiedName(key)
        keys.push({ ...key, child, parent, effect })
        if (effect === 'deleted') {
          tables.add(child)
        }
      }
    }
    return keys
  }

  /**
   * Users may point at users
   */
  async #isOfUsers(key: ForeignKey): Promise<boolean> {
    const { schema, table } = splitQualifiedName(this.#users)
    if (key.table !== table) {
      return false
    }
    return key.schema === (schema || (await readHomeSchema(this.#client)))
  }

  /**
   * A key that is set to null where null is not allowed forbids the delete
   */
  async #readEffect(key: ForeignKey): Promise<DeleteEffect> {
    if (key.onDelete !== 'set null') {
      return EFFECTS[key.onDelete]
    }
    const columns = await readTableColumns(this.#client, qualifiedName(key))
    const canBeNull = columns
      .filter(({ name }) => key.columns.includes(name))
      .every((column) => column.isNullable)
    return canBeNull ? 'detached' : 'blocking'
  }
}

/**
 * The ways from the users along these keys. No way passes a key twice
 *
 * @param users the table that they start at
 */
export function listPaths(keys: DependentKey[], users: string): DependentPath[] {
  const paths: DependentPath[] = []
  const waiting: { table: string; path: DependentPath }[] = [{ table: users, path: [] }]

  for (const { table, path } of waiting) {
    for (const key of keys.filter(({ parent }) => parent === table)) {
      const longer = [...path, key]
      paths.push(longer)

      const goesOn = longer.length < LONGEST_PATH && waiting.length < MOST_PATHS
      if (key.effect === 'deleted' && goesOn && !path.includes(key)) {
        waiting.push({ table: key.child, path: longer })
      }
    }
  }
  return paths
}

/**
 * The paths whose rows keep users from being deleted
 */
export function listBlockingPaths(paths: DependentPath[]): DependentPath[] {
  return paths.filter((path) => path.at(-1)!.effect === 'blocking')
}

/**
 * Those among them whose rows are known to do so. Rows that may be deleted along
 * another path before the database looks, or that cannot be read, may not; then
 * only trying tells
 */
export function listCertainlyBlockingPaths(paths: DependentPath[], users: string): DependentPath[] {
  const lastKeys = paths.map((path) => path.at(-1)!)
  const emptied = new Set([
    splitQualifiedName(users).table,
    ...lastKeys.filter(({ effect }) => effect === 'deleted').map(({ table }) => table),
  ])
  return listBlockingPaths(paths).filter(
    (path) => isReadable(path) && !emptied.has(path.at(-1)!.table)
  )
}

/**
 * May the application read the tables on the way?
 */
export function isReadable(path: DependentPath): boolean {
  return path.every((key) => key.isReadable)
}

/**
 * Joins the guests of a query (its `g`) with their rows at the end of a path
 */
export function joinPath<Query extends DatabaseQueryBuilderContract<any>>(
  query: Query,
  { userId, users, id }: GuestTables,
  path: DependentPath
): Query {
  query.join(`${users} as t0`, `t0.${id}`, `g.${userId}`)
  for (const [index, key] of path.entries()) {
    query.join(`${qualifiedName(key)} as t${index + 1}`, (join) => {
      for (const [position, column] of key.columns.entries()) {
        join.on(`t${index + 1}.${column}`, `t${index}.${key.referencedColumns[position]}`)
      }
    })
  }
  return query
}
