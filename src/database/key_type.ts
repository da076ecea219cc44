import type { TableColumn } from './table_columns.ts'

/**
 * The type of a key, as far as it decides whether one column can hold the
 * values of another
 */
export interface KeyType {
  /**
   * `integer`, `string`, or the database's own name of another type
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
 * Reads types such as `integer`, `int(10) unsigned` and `character varying(20)`
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
 * Can the column of a foreign key hold every key it points at? A wider one can
 */
export function fitsKey(own: KeyType, key: KeyType): boolean {
  return own.family === key.family && own.size >= key.size && own.isUnsigned === key.isUnsigned
}

/**
 * The schema builder call for a column of this type
 *
 * @returns undefined for types that keys rarely have
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
