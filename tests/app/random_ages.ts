import fc from 'fast-check'

import { dialect } from './test_database.ts'

/**
 * Milliseconds
 */
const HOUR = 3_600_000
export const MAX_AGE = 2 * HOUR

/**
 * SQLite and MariaDB store whole seconds
 */
const PRECISION = dialect === 'postgres' ? 1 : 1000

/**
 * A moment as the database stores it
 */
export const held = (moment: number) => Math.floor(moment / PRECISION) * PRECISION

/**
 * Ages concentrate around `MAX_AGE` and an hour, where mistakes are likely
 */
export const anyAge = fc.oneof(
  fc.integer({ min: 0, max: 4 * HOUR }),
  fc.integer({ min: MAX_AGE - 2000, max: MAX_AGE + 2000 }),
  fc.integer({ min: HOUR - 3, max: HOUR + 3 }),
  fc.constantFrom(MAX_AGE, HOUR, 0)
)

/**
 * The time of the process clock
 */
export const anyMoment = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2037, 0) })

export const anyGuests = fc.array(fc.record({ seenAgo: anyAge, stayed: anyAge }), { maxLength: 40 })
