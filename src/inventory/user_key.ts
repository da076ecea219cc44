import { readKeyType, type KeyType } from '../database/key_type.ts'
import type { UserId } from '../database/guest_tables.ts'

const INTEGER = /^\d{1,19}$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * Characters
 */
const LONGEST_KEY = 255

/**
 * Reads the key of a user from a URL or a form
 *
 * @param type of the column, in the database's words
 * @returns null when no user can have such a key; PostgreSQL would answer with
 * an error
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
      return text.length > 0 && text.length <= LONGEST_KEY && !/\u0000/.test(text) ? text : null
  }
}

/**
 * A big integer stays text, as its driver returns it
 */
function parseInteger(text: string, { size, isUnsigned }: KeyType): UserId | null {
  const largest = 2n ** BigInt(size * 8 - (isUnsigned ? 0 : 1)) - 1n
  const value = BigInt(text)
  if (value > largest) {
    return null
  }
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)
}
