import type { TableColumn } from './table_columns.ts'
import type { UserId } from './guest_tables.ts'

/**
 * The part of the type of a key that decides whether one column can hold the
 * values of another
 */
export interface KeyType {
  /**
   * `integer`, `string`, or the database's own name for any other type
   */
  family: string

  /**
   * Bytes of an integer, characters of a string
   */
  size: number
  isUnsigned: boolean

  /**
   * Of a string on MySQL
   */
  collation?: string
}

const INTEGERS: Record<string, number> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  integer: 4,
  bigint: 8,
}

const STRINGS = ['char', 'character', 'varchar', 'character varying', 'text', 'nvarchar']

/**
 * Parses types such as `integer`, `varchar(20)` and `int(10) unsigned`
 */
export function readKeyType({ type, collation }: Pick<TableColumn, 'type' | 'collation'>): KeyType {
  const isUnsigned = type.includes(' unsigned')
  const name = type.replace(/\(.*$/, '').replace(' unsigned', '').trim()

  if (name in INTEGERS) {
    return { family: 'integer', size: INTEGERS[name], isUnsigned }
  }
  if (STRINGS.includes(name)) {
    const length = /\((\d+)\)/.exec(type)?.[1]
    const size = length ? Number(length) : Infinity
    return { family: 'string', size, isUnsigned: false, collation }
  }
  return { family: name, size: 0, isUnsigned }
}

/**
 * Can a column reference this key? It may hold longer texts and, except on MySQL,
 * bigger numbers. SQLite stores any value in any column: only the kind matters
 *
 * @param dialect as Lucid names it
 */
export function fitsKey(dialect: string, own: KeyType, key: KeyType): boolean {
  if (own.family !== key.family) {
    return false
  }
  switch (dialect) {
    case 'postgres':
      return own.size >= key.size
    case 'mysql': {
      const isInteger = own.family === 'integer'
      const hasSize = isInteger ? own.size === key.size : own.size >= key.size
      return hasSize && own.isUnsigned === key.isUnsigned && own.collation === key.collation
    }
    default:
      return true
  }
}

/**
 * What `uuid()` of the schema builder makes on MySQL
 */
const MYSQL_UUID = 'char(36)'

/**
 * The calls of the schema builder that make a column which can reference this
 * key, such as `.integer('user_id')` and `.unsigned()`
 *
 * @param dialect as Lucid names it. Only MySQL knows unsigned integers; the others
 * ignore the call, so it is there unless MySQL's key is signed
 * @param collation of new columns on MySQL, which need not be said
 */
export function describeKeyColumn(
  name: string,
  column: Pick<TableColumn, 'type' | 'collation'>,
  dialect: string,
  collation?: string
): string[] {
  const key = readKeyType(column)
  const isCollated = key.collation !== undefined && key.collation !== collation
  const calls = isCollated ? [`.collate('${key.collation}')`] : []

  switch (key.family) {
    case 'integer': {
      if (key.size !== 4 && key.size !== 8) {
        break
      }
      const isSigned = dialect === 'mysql' && !key.isUnsigned
      const call = `.${key.size > 4 ? 'bigInteger' : 'integer'}('${name}')`
      return isSigned ? [call] : [call, '.unsigned()']
    }
    case 'uuid':
      return [`.uuid('${name}')`]
    case 'string':
      if (column.type === MYSQL_UUID) {
        return [`.uuid('${name}')`, ...calls]
      }
      return Number.isFinite(key.size)
        ? [`.string('${name}', ${key.size})`, ...calls]
        : [`.text('${name}')`, ...calls]
  }
  return [`.specificType('${name}', '${column.type}')`]
}

const INTEGER = /^\d{1,19}$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * Characters
 */
const MAX_KEY_LENGTH = 255

/**
 * Parses the key of a user from a URL or a form
 *
 * @param type of the column, as the database names it
 * @returns null when no user can have this key: PostgreSQL would throw an error
 */
export function parseUserKey(text: string, type: string): UserId | null {
  const key = readKeyType({ type })
  switch (key.family) {
    case 'integer':
      return INTEGER.test(text) ? parseInteger(text, key) : null
    case 'uuid':
      return UUID.test(text) ? text.toLowerCase() : null
    default:
      // eslint-disable-next-line no-control-regex
      return text.length > 0 && text.length <= MAX_KEY_LENGTH && !/\u0000/.test(text) ? text : null
  }
}

/**
 * Integers beyond the safe range stay strings, as drivers return them
 */
function parseInteger(text: string, { size, isUnsigned }: KeyType): UserId | null {
  const max = 2n ** BigInt(size * 8 - (isUnsigned ? 0 : 1)) - 1n
  const value = BigInt(text)
  if (value > max) {
    return null
  }
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)
}
