import { DateTime } from 'luxon'

import type { Guest } from '../models/guest.ts'
import type { ResolvedConfig } from '../types.ts'

/**
 * `last_seen_at` is written after this part of `maxAge`, and no later than
 * after the limit: late enough to cost nothing, early enough that a guest never
 * loses a noticeable part of their time
 */
const PART_OF_MAX_AGE = 1 / 100
const LONGEST_TOUCH_INTERVAL = 5 * 60 * 1000

/**
 * 7,000 years: dates end somewhere
 */
const AS_GOOD_AS_NEVER = 7000 * 365 * 24 * 3600 * 1000

/**
 * Says when guests are too old. All ages are milliseconds
 */
export class Expiry {
  readonly maxAge: number

  /**
   * The property of `Guest` that ages are counted from
   */
  readonly property: 'lastSeenAt' | 'createdAt'

  constructor(config: Pick<ResolvedConfig, 'maxAge' | 'expireBy'>) {
    this.maxAge = config.maxAge
    this.property = config.expireBy
  }

  /**
   * How old `last_seen_at` must be to be written again
   */
  get touchInterval(): number {
    return Math.min(this.maxAge * PART_OF_MAX_AGE, LONGEST_TOUCH_INTERVAL)
  }

  /**
   * Guests from before this moment are expired. Nobody is from before 1970, and
   * databases have no moments long before
   */
  cutoff(age: number = this.maxAge, now: DateTime = DateTime.now()): DateTime {
    return now.minus({ milliseconds: Math.min(age, now.toMillis()) })
  }

  /**
   * When a guest expires who does not come back
   */
  expiresAt(guest: Guest): DateTime {
    return guest[this.property].plus({ milliseconds: Math.min(this.maxAge, AS_GOOD_AS_NEVER) })
  }

  isExpired(guest: Guest, now?: DateTime): boolean {
    return guest[this.property] < this.cutoff(this.maxAge, now)
  }
}
