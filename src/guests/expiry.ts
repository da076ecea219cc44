import { DateTime } from 'luxon'

import type { Guest } from '../models/guest.ts'
import type { ResolvedConfig } from '../types.ts'

/**
 * `last_seen_at` is updated after this fraction of `maxAge`, and at the latest
 * after the maximum: rarely enough to cost nothing, often enough that a guest
 * never expires noticeably early
 */
const TOUCH_FRACTION = 1 / 100
const MAX_TOUCH_INTERVAL = 5 * 60 * 1000

/**
 * 7,000 years. Dates have an upper bound
 */
const MAX_LIFETIME = 7000 * 365 * 24 * 3600 * 1000

/**
 * Computes when guests expire. All ages are in milliseconds
 */
export class Expiry {
  readonly maxAge: number

  /**
   * The property of `Guest` that ages count from
   */
  readonly property: 'lastSeenAt' | 'createdAt'

  constructor(config: Pick<ResolvedConfig, 'maxAge' | 'expireBy'>) {
    this.maxAge = config.maxAge
    this.property = config.expireBy
  }

  /**
   * The age at which `last_seen_at` is updated again
   */
  get touchInterval(): number {
    return Math.min(this.maxAge * TOUCH_FRACTION, MAX_TOUCH_INTERVAL)
  }

  /**
   * Guests from before this moment are expired. Clamped to 1970, because
   * databases do not store much earlier moments
   */
  cutoff(age: number = this.maxAge, now: DateTime = DateTime.now()): DateTime {
    return now.minus({ milliseconds: Math.min(age, now.toMillis()) })
  }

  /**
   * When the guest expires, unless they come back
   */
  expiresAt(guest: Guest): DateTime {
    return guest[this.property].plus({ milliseconds: Math.min(this.maxAge, MAX_LIFETIME) })
  }

  isExpired(guest: Guest, now?: DateTime): boolean {
    return guest[this.property] < this.cutoff(this.maxAge, now)
  }
}
