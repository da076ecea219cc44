import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readUniqueKeys } from './unique_keys.ts'
import { splitQualifiedName } from './catalog.ts'
import { readDatabaseError } from './database_error.ts'

/**
 * An index over expressions
 */
const SQLITE_INDEX = /UNIQUE constraint failed: index '(.+)'/
const SQLITE = /UNIQUE constraint failed: (.+)$/m
const POSTGRES = /^Key \((.+?)\)=\(/
const MYSQL = /for key '(?:[^'.]+\.)?([^'.]+)'/

/**
 * Finds the properties of the model whose value violated a unique key
 *
 * @returns an empty list when the error is not about a unique key of this table
 */
export async function findTakenAttributes(
  client: QueryClientContract,
  model: LucidModel,
  error: unknown
): Promise<string[]> {
  const taken = await findTakenColumns(client, model.table, error)
  return [...model.$columnsDefinitions]
    .filter(([, { columnName }]) =>
      taken.some((text) => text === columnName || mentions(text, columnName))
    )
    .map(([attribute]) => attribute)
}

/**
 * Does a unique key over an expression (`lower(email)`) use the column?
 */
function mentions(expression: string, column: string): boolean {
  return expression.includes('(') && expression.split(/\W+/).includes(column)
}

/**
 * Finds the columns whose value violated a unique key, from the error of the
 * driver
 *
 * @returns column names, or an expression over them; an empty list when the
 * error is not about a unique key of this table
 */
export async function findTakenColumns(
  client: QueryClientContract,
  table: string,
  error: unknown
): Promise<string[]> {
  if (readDatabaseError(error)?.kind !== 'unique') {
    return []
  }
  const { message, ...driver } = error as Error & { detail?: string; table?: string }

  const index = SQLITE_INDEX.exec(message)
  if (index) {
    const [row] = await client
      .from('sqlite_master')
      .where({ name: index[1], tbl_name: table })
      .select('sql')
    return row ? [row.sql.slice(row.sql.indexOf('('))] : []
  }

  const sqlite = SQLITE.exec(message)
  if (sqlite) {
    const names = sqlite[1].split(', ').map((name) => name.split('.'))
    return names.filter(([owner]) => owner === table).map(([, column]) => column)
  }

  const postgres = POSTGRES.exec(driver.detail ?? '')
  if (postgres) {
    return driver.table === splitQualifiedName(table).table
      ? postgres[1].split(', ').map(unquote)
      : []
  }

  const keyName = MYSQL.exec(message)?.[1]
  const keys = keyName ? await readUniqueKeys(client, table) : []
  return keys.find((key) => key.name === keyName)?.columns ?? []
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
