import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import { isNamed, qualifiedName, splitQualifiedName } from './catalog.ts'
import type { GuestTables } from './guest_tables.ts'
import { readTableColumns } from './table_columns.ts'
import { readForeignKeys, type ForeignKey } from './foreign_keys.ts'

/**
 * What happens to a row when the row it references is deleted: it is deleted as
 * well, kept with its reference reset, or it blocks the delete
 */
export type DeleteEffect = 'deleted' | 'detached' | 'blocking'

/**
 * A foreign key that the database checks when it deletes a user
 */
export interface DependentKey extends ForeignKey {
  /**
   * The table that has the key, with its schema. The users table keeps the name
   * that the model uses
   */
  child: string

  /**
   * The referenced table: the users table, or one whose rows are deleted with
   * users
   */
  parent: string
  effect: DeleteEffect
}

/**
 * Foreign keys from the users table onwards: the rows of each step are deleted
 * with those of the step before. The last key decides what happens at the end
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
 * Beyond these limits, blocked users are found by trial and error
 */
const MAX_PATHS = 200
const MAX_PATH_LENGTH = 6

/**
 * What depends on a user, and what blocks its delete, according to the foreign
 * keys of the database. The catalogue is read once, on first use
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
   * Each foreign key once, starting at the users table and following all tables
   * whose rows are deleted with it
   */
  keys(): Promise<DependentKey[]> {
    this.#keys ??= this.#readKeys().catch((error) => {
      this.#keys = undefined
      throw error
    })
    return this.#keys
  }

  /**
   * All paths by which rows of other tables depend on users
   */
  async paths(): Promise<DependentPath[]> {
    return listPaths(await this.keys(), this.#users)
  }

  async #readKeys(): Promise<DependentKey[]> {
    const keys: DependentKey[] = []
    const tables = new Set([this.#users])

    // Iterating a Set includes the values added meanwhile
    for (const parent of tables) {
      for (const key of await readForeignKeys(this.#client, parent)) {
        const effect = await this.#readEffect(key)
        // The users table may reference itself
        const child = isNamed(key, this.#users) ? this.#users : qualifiedName(key)
        keys.push({ ...key, child, parent, effect })
        if (effect === 'deleted') {
          tables.add(child)
        }
      }
    }
    return keys
  }

  /**
   * SET NULL on a NOT NULL column blocks the delete
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
 * Lists the paths along these keys. No path contains a key twice
 *
 * @param users the table that they start at
 */
export function listPaths(keys: DependentKey[], users: string): DependentPath[] {
  const paths: DependentPath[] = []
  const pending: { table: string; path: DependentPath }[] = [{ table: users, path: [] }]

  for (const { table, path } of pending) {
    for (const key of keys.filter(({ parent }) => parent === table)) {
      const longer = [...path, key]
      paths.push(longer)

      const canGrow = longer.length < MAX_PATH_LENGTH && pending.length < MAX_PATHS
      if (key.effect === 'deleted' && canGrow && !path.includes(key)) {
        pending.push({ table: key.child, path: longer })
      }
    }
  }
  return paths
}

/**
 * The paths whose rows block the delete of a user
 */
export function listBlockingPaths(paths: DependentPath[]): DependentPath[] {
  return paths.filter((path) => path.at(-1)!.effect === 'blocking')
}

/**
 * The blocking paths that are certain. Rows that may be deleted along another
 * path before the database checks the key, or that cannot be read, are
 * uncertain: only trying shows whether they block
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
 * May the application read every table on the path?
 */
export function isReadable(path: DependentPath): boolean {
  return path.every((key) => key.isReadable)
}

/**
 * Joins the guests of a query (`g`) with their rows at the end of a path
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
