import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { VisitorKind } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Users. About 1 MB
 */
const CAPACITY = 10_000

/**
 * Milliseconds until the next attempt to write a visit down
 */
export const RETRY_INTERVAL = 60_000

const ofManager = new WeakMap<GuestUserManager, RecentVisits>()

/**
 * Visits of users who bring no session that could remember them, such as those who
 * send a token with each request. This process remembers when `last_seen_at` was
 * updated, and who is a regular user, which is final: they cost a query once
 */
export class RecentVisits {
  #manager: GuestUserManager

  /**
   * When the next visit is written down, in milliseconds since the epoch; never for
   * regular users. The oldest entries come first
   */
  #due = new Map<string, number>()

  constructor(manager: GuestUserManager) {
    this.#manager = manager
  }

  static of(manager: GuestUserManager): RecentVisits {
    let visits = ofManager.get(manager)
    if (!visits) {
      visits = new RecentVisits(manager)
      ofManager.set(manager, visits)
    }
    return visits
  }

  async isRegular(user: LucidRow): Promise<boolean> {
    return this.#due.get(await this.#identify(user)) === Infinity
  }

  /**
   * Costs a query when `last_seen_at` of a guest is due, and once to learn who is a
   * regular user
   *
   * @param kind when this request knows it already; 'anonymous' for a guest whom it
   * has merged
   */
  async record(user: LucidRow, kind: VisitorKind | undefined): Promise<void> {
    const identity = await this.#identify(user)
    const due = this.#due.get(identity) ?? 0
    if (kind === 'regular' && due !== Infinity) {
      this.#remember(identity, Infinity)
    } else if ((kind === undefined || kind === 'guest') && Date.now() >= due) {
      await this.#touch(user, identity)
    }
  }

  /**
   * Requests at the same time, and those after a failure, do not try again
   */
  async #touch(user: LucidRow, identity: string) {
    const { engine, expiry } = this.#manager
    this.#remember(identity, Date.now() + Math.min(RETRY_INTERVAL, expiry.touchInterval))

    const { directory } = await engine.load()
    const isGuest = await directory.touch(user.$primaryKeyValue!)
    this.#remember(identity, isGuest ? Date.now() + expiry.touchInterval : Infinity)
  }

  #remember(identity: string, due: number) {
    this.#due.delete(identity)
    this.#due.set(identity, due)
    if (this.#due.size > CAPACITY) {
      const [oldest] = this.#due.keys()
      this.#due.delete(oldest)
    }
  }

  /**
   * Tenants may have users with the same key
   */
  async #identify(user: LucidRow): Promise<string> {
    const { directory } = await this.#manager.engine.load()
    return `${directory.connectionName} ${user.$primaryKeyValue}`
  }
}
