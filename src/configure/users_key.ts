import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The primary key of the users table, as the `guests` migration needs it
 */
export interface UsersKey {
  table: string
  column: string

  /**
   * The schema builder calls for a column of the same type, one per line, such
   * as `.integer('user_id')` and `.unsigned()`
   */
  foreignKey: string[]
}

/**
 * Schema builder methods for a primary key, and the calls for a column that
 * references it. `args` is what follows the column name in the call
 */
const FOREIGN_KEYS: Record<string, (args: string) => string[]> = {
  increments: () => [`.integer('user_id')`, '.unsigned()'],
  integer: () => [`.integer('user_id')`, '.unsigned()'],
  bigIncrements: () => [`.bigInteger('user_id')`, '.unsigned()'],
  bigInteger: () => [`.bigInteger('user_id')`, '.unsigned()'],
  uuid: () => [`.uuid('user_id')`],
  string: (args) => [`.string('user_id'${args})`],
}

/**
 * Key types that can be passed as a flag
 */
export const KEY_TYPES = Object.keys(FOREIGN_KEYS)

/**
 * @returns null for an unknown type
 */
export function describeUsersKey(table: string, column: string, type: string): UsersKey | null {
  const foreignKey = Object.hasOwn(FOREIGN_KEYS, type) ? FOREIGN_KEYS[type]('') : null
  return foreignKey === null ? null : { table, column, foreignKey }
}

/**
 * Finds the type of the primary key in the migration that creates the table.
 * Does not query the database, which may not exist yet
 *
 * @returns null when no migration defines it
 */
export async function findUsersKey(
  migrationsPath: string,
  table: string,
  column: string
): Promise<UsersKey | null> {
  for (const source of await readMigrations(migrationsPath)) {
    const call = findKeyCall(source, table, column)
    if (call) {
      return { table, column, foreignKey: FOREIGN_KEYS[call.type](call.args) }
    }
  }
  return null
}

/**
 * `increments()` and `bigIncrements()` may be called without a name, for `id`
 */
function findKeyCall(source: string, table: string, column: string) {
  const start = findTableStart(source, table)
  if (start === -1) {
    return null
  }

  const named = `(${KEY_TYPES.join('|')})\\(\\s*['"\`]${column}['"\`]\\s*(,\\s*\\d+)?`
  const unnamed = column === 'id' ? '|(increments|bigIncrements)\\(\\s*\\)' : ''
  const call = new RegExp(`\\btable\\s*\\.\\s*(?:${named}${unnamed})`).exec(source.slice(start))
  return call && { type: call[1] ?? call[3], args: call[2] ?? '' }
}

async function readMigrations(path: string): Promise<string[]> {
  const files = await readdir(path).catch(() => [])
  const migrations = files.filter((file) => /\.[cm]?[jt]s$/.test(file)).sort()
  return Promise.all(migrations.map((file) => readFile(join(path, file), 'utf-8')))
}

/**
 * Finds where the table is created, by name or by `tableName` of the class
 *
 * @returns -1 when this migration does not create it
 */
function findTableStart(source: string, table: string): number {
  const name = `['"\`]${table}['"\`]`
  const direct = source.search(new RegExp(`createTable(IfNotExists)?\\(\\s*${name}`))
  if (direct !== -1) {
    return direct
  }
  const isNamed = new RegExp(`tableName\\s*=\\s*${name}`).test(source)
  return isNamed ? source.search(/createTable(IfNotExists)?\(\s*this\.tableName/) : -1
}
