import string from '@adonisjs/core/helpers/string'

/**
 * A number alone could mean anything, and what is deleted stays deleted
 */
const NUMBER_AND_UNIT = /^\d+(\.\d+)?\s*[a-z]+$/i

/**
 * Reads an age from the command line
 *
 * @param age `30d`, `2 hours`, `45 min`, …
 * @returns milliseconds, null when it is no duration of at least a second
 */
export function parseAgeFlag(age: string): number | null {
  if (!NUMBER_AND_UNIT.test(age.trim())) {
    return null
  }
  try {
    const seconds = string.seconds.parse(age.trim())
    return seconds >= 1 ? seconds * 1000 : null
  } catch {
    return null
  }
}
