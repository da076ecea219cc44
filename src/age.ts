import { DateTime } from 'luxon'
import string from '@adonisjs/core/helpers/string'

/**
 * A unit is required: a bare number is ambiguous, and deletes cannot be undone
 */
const NUMBER_AND_UNIT = /^\d+(\.\d+)?\s*[a-z]+$/i

/**
 * In seconds
 */
const UNITS = [
  { name: 'day', length: 24 * 3600 },
  { name: 'hour', length: 3600 },
  { name: 'minute', length: 60 },
  { name: 'second', length: 1 },
]

/**
 * Parses a duration that a person wrote
 *
 * @param duration `30d`, `2 hours`, `45 min`, …
 * @returns milliseconds, or null when it is not a duration with a unit, or
 * shorter than a second
 */
export function parseDuration(duration: unknown): number | null {
  if (typeof duration !== 'string' || !NUMBER_AND_UNIT.test(duration.trim())) {
    return null
  }
  try {
    const seconds = string.seconds.parse(duration.trim())
    return seconds >= 1 && Number.isFinite(seconds) ? seconds * 1000 : null
  } catch {
    return null
  }
}

/**
 * Parses the age of guests to select
 *
 * @returns milliseconds, or null when it is not a duration, or reaches back
 * before 1970
 */
export function parseAge(age: unknown): number | null {
  const duration = parseDuration(age)
  return duration !== null && duration <= DateTime.now().toMillis() ? duration : null
}

/**
 * Formats an age so that `parseAge` reads it back
 *
 * @param age in milliseconds
 * @example formatAge(7_200_000) // '2 hours'
 */
export function formatAge(age: number): string {
  const seconds = Math.max(1, Math.round(age / 1000))
  const { name, length } = UNITS.find((unit) => seconds % unit.length === 0)!
  const count = seconds / length
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
