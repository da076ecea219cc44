import string from '@adonisjs/core/helpers/string'

/**
 * A number alone could mean anything, and what is deleted stays deleted
 */
const NUMBER_AND_UNIT = /^\d+(\.\d+)?\s*[a-z]+$/i

const UNITS = [
  { name: 'day', milliseconds: 24 * 3600 * 1000 },
  { name: 'hour', milliseconds: 3600 * 1000 },
  { name: 'minute', milliseconds: 60 * 1000 },
]

/**
 * Reads an age that somebody typed
 *
 * @param age `30d`, `2 hours`, `45 min`, …
 * @returns milliseconds, null when it is no duration of at least a second, or
 * reaches back before 1970
 */
export function parseAge(age: string): number | null {
  if (!NUMBER_AND_UNIT.test(age.trim())) {
    return null
  }
  try {
    const seconds = string.seconds.parse(age.trim())
    return seconds >= 1 && seconds * 1000 <= Date.now() ? seconds * 1000 : null
  } catch {
    return null
  }
}

/**
 * Writes an age so that `parseAge` reads the same again
 *
 * @param age milliseconds
 * @example formatAge(7_200_000) // '2 hours'
 */
export function formatAge(age: number): string {
  const unit = UNITS.find(({ milliseconds }) => age % milliseconds === 0 && age >= milliseconds)
  const { name, milliseconds } = unit ?? { name: 'second', milliseconds: 1000 }
  const count = Math.max(1, Math.round(age / milliseconds))
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
