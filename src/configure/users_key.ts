import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { assertAnswering } from '../database/answering.ts'
import { describeKeyColumn } from '../database/key_type.ts'
import { readTableColumns } from '../database/table_columns.ts'
import { isSqlite, readDefaultCollation, splitQualifiedName } from '../database/catalog.ts'

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
 * references it. `args` is what follows the column name in the call. MySQL
 * auto-increments unsigned numbers; other integers are signed unless they say so
 */
const FOREIGN_KEYS: Record<string, (args: string) => string[]> = {
  increments: () => [`.integer('user_id')`, '.unsigned()'],
  integer: () => [`.integer('user_id')`],
  bigIncrements: () => [`.bigInteger('user_id')`, '.unsigned()'],
  bigInteger: () => [`.bigInteger('user_id')`],
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
 * Reads the type of the primary key from the database
 *
 * @returns null when the table does not exist yet, and on SQLite, whose types say
 * less than the migration
 * @throws when the database does not answer
 */
export async function readUsersKey(
  client: QueryClientContract,
  table: string,
  column: string
): Promise<UsersKey | null> {
  if (isSqlite(client)) {
    return null
  }
  await assertAnswering(client)
  const columns = await readTableColumns(client, table)
  const key = columns.find(({ name }) => name === column)
  if (!key) {
    return null
  }
  const collation = await readDefaultCollation(client)
  const foreignKey = describeKeyColumn('user_id', key, client.dialect.name, collation)
  return { table, column, foreignKey }
}

/**
 * Finds the type of the primary key in the migration that creates the table
 *
 * @returns null when no migration defines it
 */
export async function findUsersKey(
  migrationFolders: string[],
  table: string,
  column: string
): Promise<UsersKey | null> {
  for (const source of await readMigrations(migrationFolders)) {
    const call = findKeyCall(source, table, column)
    if (call) {
      const foreignKey = FOREIGN_KEYS[call.type](call.args)
      const isMore = call.isUnsigned && !foreignKey.includes('.unsigned()')
      return { table, column, foreignKey: isMore ? [...foreignKey, '.unsigned()'] : foreignKey }
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
  const text = source.slice(start)
  const call = new RegExp(`\\btable\\s*\\.\\s*(?:${named}${unnamed})`).exec(text)
  if (!call) {
    return null
  }
  const [statement] = text.slice(call.index + call[0].length).split(/\btable\s*\./, 1)
  return {
    type: call[1] ?? call[3],
    args: call[2] ?? '',
    isUnsigned: /\.\s*unsigned\(/.test(statement),
  }
}

async function readMigrations(folders: string[]): Promise<string[]> {
  const paths = await Promise.all(
    folders.map(async (folder) => {
      const files = await readdir(folder).catch(() => [])
      return files.sort().map((file) => join(folder, file))
    })
  )
  const migrations = paths.flat().filter((path) => /\.[cm]?[jt]s$/.test(path))
  return Promise.all(migrations.map((path) => readFile(path, 'utf-8')))
}

/**
 * Finds where the table is created, by name or by `tableName` of the class
 *
 * @returns -1 when this migration does not create it
 */
function findTableStart(source: string, table: string): number {
  // Either with its schema, or after `withSchema()`
  const names = [table, splitQualifiedName(table).table].join('|').replaceAll('.', '\\.')
  const name = `['"\`](?:${names})['"\`]`
  const direct = source.search(new RegExp(`createTable(IfNotExists)?\\(\\s*${name}`))
  if (direct !== -1) {
    return direct
  }
  const isNamed = new RegExp(`tableName\\s*=\\s*${name}`).test(source)
  return isNamed ? source.search(/createTable(IfNotExists)?\(\s*this\.tableName/) : -1
}
