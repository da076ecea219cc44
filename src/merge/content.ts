import string from '@adonisjs/core/helpers/string'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Conflict, Transfer } from './transfer.ts'
import type { UniqueKey } from '../database/unique_keys.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import { readReferences } from '../database/references.ts'
import { splitQualifiedName } from '../database/catalog.ts'

/**
 * Common columns for the time of a write, which is not content
 */
const TIMESTAMPS = ['created_at', 'updated_at', 'createdAt', 'updatedAt']

const SURROGATE_NAMES = ['id', 'uuid', 'ulid']

/**
 * The columns of a table that say nothing about a row, apart from those that
 * reference the user: times, and a key that was only made to tell rows apart
 */
export async function listMeaninglessColumns(
  client: QueryClientContract,
  table: string,
  keys: UniqueKey[]
): Promise<string[]> {
  const primaryKey = keys.find(({ isPrimary }) => isPrimary)?.columns ?? []
  const [column] = primaryKey
  if (primaryKey.length !== 1 || !isSurrogateName(column, table)) {
    return TIMESTAMPS
  }
  const references = await readReferences(client, table)
  return references.includes(column) ? TIMESTAMPS : [...TIMESTAMPS, column]
}

/**
 * Keys that mean something are called what they mean: `domain`, `isbn`. Values
 * do not tell: a nanoid looks like a word, a telephone number like a serial one
 */
export function isSurrogateName(column: string, table: string): boolean {
  const { table: name } = splitQualifiedName(table)
  const own = [name, string.singular(name)].flatMap((prefix) =>
    SURROGATE_NAMES.map((suffix) => `${prefix}_${suffix}`)
  )
  return [...SURROGATE_NAMES, ...own].includes(string.snakeCase(column))
}

/**
 * Do both rows have the same content, apart from the ignored columns?
 */
export function isSameContent({ guestRow, accountRow }: Conflict, ignored: string[]): boolean {
  return Object.keys(guestRow).every(
    (column) => ignored.includes(column) || isSameValue(guestRow[column], accountRow[column])
  )
}

/**
 * Drivers round integers beyond the safe range: never treat them as equal
 */
function isSameValue(one: unknown, other: unknown): boolean {
  const isRounded = typeof one === 'number' && Math.abs(one) > Number.MAX_SAFE_INTEGER
  return !isRounded && JSON.stringify(one) === JSON.stringify(other)
}

/**
 * Could rows of other tables lose their parent, or be deleted with it?
 */
export async function mayHaveDependents(
  client: QueryClientContract,
  { table, model }: Transfer
): Promise<boolean> {
  const relations = [...(model?.$relationsDefinitions.values() ?? [])]
  const keys = await readForeignKeys(client, table)
  return keys.length > 0 || relations.some(({ type }) => type !== 'belongsTo')
}
