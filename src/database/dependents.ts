import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import { readForeignKeys, type ForeignKey } from './foreign_keys.ts'
import type { GuestTables } from './guest_tables.ts'

/**
 * Foreign keys from the users outwards: the rows of each step are deleted with
 * those of the step before
 */
export interface DependentPath {
  keys: ForeignKey[]

  /**
   * What becomes of the rows at the end of it: deleted with the user, kept
   * without it, or they forbid the delete
   */
  effect: 'deleted' | 'detached' | 'blocking'
}

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
 * Reads all ways in which rows of other tables depend on users
 */
export async function readDependentPaths(
  client: QueryClientContract,
  users: string
): Promise<DependentPath[]> {
  const catalogue = new Map<string, ForeignKey[]>()
  const paths: DependentPath[] = []
  const waiting: { table: string; keys: ForeignKey[] }[] = [{ table: users, keys: [] }]

  for (const { table, keys } of waiting) {
    if (!catalogue.has(table)) {
      catalogue.set(table, await readForeignKeys(client, table))
    }
    for (const key of catalogue.get(table)!) {
      const effect = EFFECTS[key.onDelete]
      const path = [...keys, key]
      paths.push({ keys: path, effect })

      const goesOn = path.length < LONGEST_PATH && waiting.length < MOST_PATHS
      if (effect === 'deleted' && goesOn && !keys.includes(key)) {
        waiting.push({ table: qualifiedName(key), keys: path })
      }
    }
  }
  return paths
}

/**
 * SQLite has no schemas
 */
export function qualifiedName({ schema, table }: ForeignKey): string {
  return schema ? `${schema}.${table}` : table
}

/**
 * May the application read the tables on the way?
 */
export function isReadable({ keys }: Pick<DependentPath, 'keys'>): boolean {
  return keys.every((key) => key.isReadable)
}

/**
 * A path whose last key forbids that users are deleted
 */
export interface HoldingPath extends Pick<DependentPath, 'keys'> {
  /**
   * False when the rows that hold may be deleted along another path before the
   * database looks, or cannot be read; then only trying tells
   */
  isCertain: boolean
}

/**
 * Reads all ways in which other tables can keep users from being deleted
 */
export async function readHoldingPaths(
  client: QueryClientContract,
  users: string
): Promise<HoldingPath[]> {
  const paths = await readDependentPaths(client, users)
  return listHoldingPaths(paths, users)
}

export function listHoldingPaths(paths: DependentPath[], users: string): HoldingPath[] {
  const emptied = new Set([bareName(users)])
  for (const { keys, effect } of paths) {
    if (effect === 'deleted') {
      emptied.add(keys.at(-1)!.table)
    }
  }
  return paths
    .filter(({ effect }) => effect === 'blocking')
    .map(({ keys }) => {
      return { keys, isCertain: isReadable({ keys }) && !emptied.has(keys.at(-1)!.table) }
    })
}

function bareName(table: string): string {
  return table.split('.').at(-1)!
}

/**
 * Joins the guests of a query (its `g`) with their rows at the end of a path of
 * foreign keys
 */
export function joinDependents<Query extends DatabaseQueryBuilderContract<any>>(
  query: Query,
  { userId, users, id }: GuestTables,
  keys: ForeignKey[]
): Query {
  query.join(`${users} as t0`, `t0.${id}`, `g.${userId}`)
  for (const [index, key] of keys.entries()) {
    query.join(`${qualifiedName(key)} as t${index + 1}`, (join) => {
      for (const [position, column] of key.columns.entries()) {
        join.on(`t${index + 1}.${column}`, `t${index}.${key.referencedColumns[position]}`)
      }
    })
  }
  return query
}

/**
 * A foreign key that the database looks at when a user is deleted
 */
export interface Dependent {
  key: ForeignKey

  /**
   * The table it points at: that of the users, or one whose rows are deleted
   * with theirs
   */
  parent: string

  /**
   * The name of its own table for the catalogue
   */
  qualifiedTable: string

  /**
   * The name to show: without a schema when it is the usual one
   */
  title: string

  /**
   * The schema, when it is not the usual one
   */
  schema: string | null
}

/**
 * Follows the foreign keys from the users on, through all tables whose rows are
 * deleted with those they point at
 */
export async function findDependents(
  client: QueryClientContract,
  usersTable: string
): Promise<Dependent[]> {
  const home = await readHomeSchema(client)
  const dependents: Dependent[] = []
  const seen = new Set<string>()
  const waiting = [{ table: usersTable, title: usersTable }]

  for (const parent of waiting) {
    for (const key of await readForeignKeys(client, parent.table)) {
      const schema = key.schema === home ? null : key.schema
      const qualifiedTable = key.schema ? `${key.schema}.${key.table}` : key.table
      const title = schema ? `${schema}.${key.table}` : key.table
      dependents.push({ key, parent: parent.title, qualifiedTable, title, schema })

      if (key.onDelete === 'cascade' && title !== usersTable && !seen.has(title)) {
        seen.add(title)
        waiting.push({ table: qualifiedTable, title })
      }
    }
  }
  return dependents
}

/**
 * The schema in which tables are found by their names alone
 */
async function readHomeSchema(client: QueryClientContract): Promise<string | null> {
  switch (client.dialect.name) {
    case 'postgres': {
      const { rows } = await client.rawQuery('select current_schema() as name')
      return rows[0].name
    }
    case 'mysql': {
      const [rows] = await client.rawQuery('select database() as name')
      return rows[0].name
    }
    default:
      return null
  }
}
