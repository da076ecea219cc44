import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The primary key of the users table, as the `guests` migration needs it
 */
export interface UsersKey {
  table: string
  column: string

  /**
   * The calls that make a column of the same type, one a line, such as
   * `.integer('user_id')` and `.unsigned()`
   */
  foreignKey: string[]
}

/**
 * Schema builder calls for a primary key, and what a column that references it
 * has to look like. `args` is whatever follows the column name in the call
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
 * Kinds of keys that can be named instead of being looked up
 */
export const KEY_TYPES = Object.keys(FOREIGN_KEYS)

/**
 * @throws nothing: an unknown type is answered with null
 */
export function describeUsersKey(table: string, column: string, type: string): UsersKey | null {
  const foreignKey = Object.hasOwn(FOREIGN_KEYS, type) ? FOREIGN_KEYS[type]('') : null
  return foreignKey === null ? null : { table, column, foreignKey }
}

/**
 * Looks the type of the primary key up in the migration that creates the table.
 * The database is not asked: it may not exist yet
 *
 * @returns null when no migration tells
 */
export async function findUsersKey(
  migrationsPath: string,
  table: string,
  column: string
): Promise<UsersKey | null> {
  for (const source of await readMigrations(migrationsPath)) {
    if (!createsTable(source, table)) {
      continue
    }
    const call = new RegExp(
      `\\btable\\s*\\.\\s*(${KEY_TYPES.join('|')})\\(\\s*['"\`]${column}['"\`]\\s*(,\\s*\\d+)?`
    ).exec(source)
    if (call) {
      return { table, column, foreignKey: FOREIGN_KEYS[call[1]](call[2] ?? '') }
    }
  }
  return null
}

async function readMigrations(path: string): Promise<string[]> {
  const files = await readdir(path).catch(() => [])
  const migrations = files.filter((file) => /\.[cm]?[jt]s$/.test(file)).sort()
  return Promise.all(migrations.map((file) => readFile(join(path, file), 'utf-8')))
}

function createsTable(source: string, table: string): boolean {
  const name = `['"\`]${table}['"\`]`
  return (
    /\bcreateTable(IfNotExists)?\b/.test(source) &&
    new RegExp(`tableName\\s*=\\s*${name}|createTable(IfNotExists)?\\(\\s*${name}`).test(source)
  )
}
