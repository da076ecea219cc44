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
export function readKeyType({ type }: Pick<TableColumn, 'type'>): KeyType {
  const isUnsigned = type.includes(' unsigned')
  const name = type.replace(/\(.*$/, '').replace(' unsigned', '').trim()

  if (name in INTEGERS) {
    return { family: 'integer', size: INTEGERS[name], isUnsigned }
  }
  if (STRINGS.includes(name)) {
    const length = /\((\d+)\)/.exec(type)?.[1]
    return { family: 'string', size: length ? Number(length) : Infinity, isUnsigned: false }
  }
  return { family: name, size: 0, isUnsigned }
}

/**
 * Can a column of type `own` hold every value of `key`? It may be wider
 */
export function fitsKey(own: KeyType, key: KeyType): boolean {
  return own.family === key.family && own.size >= key.size && own.isUnsigned === key.isUnsigned
}

/**
 * The schema builder call for a column of this type, such as `.uuid(…)`
 *
 * @returns undefined for types that are rare for keys
 */
export function describeKeyColumn(name: string, { family, size }: KeyType): string | undefined {
  switch (family) {
    case 'integer':
      return `.${size > 4 ? 'bigInteger' : 'integer'}('${name}').unsigned()`
    case 'uuid':
      return `.uuid('${name}')`
    case 'string':
      return Number.isFinite(size) ? `.string('${name}', ${size})` : `.text('${name}')`
    default:
      return undefined
  }
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
