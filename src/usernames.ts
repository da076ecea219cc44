import { humanId } from 'human-id'
import { randomInt, randomUUID } from 'node:crypto'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import type { UsernameGenerator } from './types.ts'

/**
 * Attempts with the configured width before a digit is added
 */
const ATTEMPTS_PER_WIDTH = 3

/**
 * `randomInt` accepts a range of at most 2^48 - 1
 */
const MAX_DIGITS = 14

/**
 * A random number with leading zeros, never 0
 */
function randomDigits(digits: number): string {
  const width = Math.min(digits, MAX_DIGITS)
  return String(randomInt(1, 10 ** width)).padStart(width, '0')
}

function assertNone(others: object, generator: string, known: string) {
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    throw new InvalidArgumentsException(
      `"${unknown}" is not an option of ${generator} in "config/guest_user.ts", which takes ${known}`
    )
  }
}

/**
 * The generators that come with the package
 *
 * @example
 * defineConfig({ username: usernames.numbered({ prefix: 'Visitor', digits: 6 }) })
 */
export const usernames = {
  /**
   * A random UUID, which never collides but is not meant to be displayed
   */
  uuid(): UsernameGenerator {
    return () => randomUUID()
  },

  /**
   * `Guest4810`, `Guest0588`, … (`NAME_PREFIX` and `NAME_SUFFIX_DIGITS` of
   * django-guest-user). When names of this width are taken, a digit is added
   *
   * @throws InvalidArgumentsException when `digits` is not a whole number from
   * 1 to 14, or an option is unknown
   */
  numbered(options: { prefix?: string; digits?: number } = {}): UsernameGenerator {
    const { prefix = 'Guest', digits = 4, ...others } = options
    assertNone(others, 'usernames.numbered()', 'prefix and digits')
    if (!Number.isInteger(digits) || digits < 1 || digits > MAX_DIGITS) {
      throw new InvalidArgumentsException(
        `"digits" of usernames.numbered() in "config/guest_user.ts" must be a whole number from 1 to ${MAX_DIGITS}, not ${digits}`
      )
    }

    return (_, attempt) => {
      const growth = Math.max(0, attempt - ATTEMPTS_PER_WIDTH)
      return `${prefix}${randomDigits(digits + growth)}`
    }
  },

  /**
   * `brave-otters-sing`, fit to be displayed. When a name is taken, digits are
   * appended
   */
  friendly(options: { separator?: string } = {}): UsernameGenerator {
    const { separator = '-', ...others } = options
    assertNone(others, 'usernames.friendly()', 'separator')
    return (_, attempt) => {
      const name = humanId({ separator, capitalize: false })
      return attempt === 1 ? name : `${name}${separator}${randomDigits(attempt + 2)}`
    }
  },
}
