import type { HttpContext } from '@adonisjs/core/http'

import type { UserId } from '../database/guest_tables.ts'

/**
 * What the session remembers of the signed-in user. Times are milliseconds
 * since the epoch
 */
interface Remembered {
  userId: string
  kind: 'guest' | 'regular'
  checkedAt: number
  lastSeenAt: number
}

const SESSION_KEY = 'guest_user'

/**
 * Who somebody was before they signed in
 */
interface Previous {
  guestId: UserId
  accountId: string
}

const PREVIOUS_KEY = 'guest_user_previous'

/**
 * A guest may convert in another browser, so "guest" must be asked again after
 * a while. A regular user stays one, so "regular" is final
 */
const GUEST_REMEMBERED_FOR = 60_000

/**
 * Lets the session answer who is a guest, so that a guarded page costs a
 * signed-in visitor no query
 */
export class SessionMemory {
  #session: HttpContext['session']

  constructor(session: HttpContext['session']) {
    this.#session = session
  }

  /**
   * @returns undefined when the database must be asked
   */
  recallKind(userId: UserId): 'guest' | 'regular' | undefined {
    const remembered = this.#recall(userId)
    if (!remembered) {
      return undefined
    }
    const isFresh = Date.now() - remembered.checkedAt < GUEST_REMEMBERED_FOR
    return remembered.kind === 'regular' || isFresh ? remembered.kind : undefined
  }

  /**
   * When `last_seen_at` of this guest was written, undefined when not known
   */
  recallLastSeenAt(userId: UserId): number | undefined {
    const remembered = this.#recall(userId)
    return remembered?.kind === 'guest' ? remembered.lastSeenAt : undefined
  }

  rememberGuest(userId: UserId, lastSeenAt: number) {
    this.#remember({ userId: String(userId), kind: 'guest', checkedAt: Date.now(), lastSeenAt })
  }

  rememberRegular(userId: UserId) {
    this.#remember({ userId: String(userId), kind: 'regular', checkedAt: 0, lastSeenAt: 0 })
  }

  /**
   * What was remembered has proved wrong
   */
  forget() {
    this.#session.forget(SESSION_KEY)
  }

  /**
   * For this account only: the next one to sign in may be somebody else
   */
  rememberPrevious(guestId: UserId, accountId: UserId) {
    const previous: Previous = { guestId, accountId: String(accountId) }
    this.#session.put(PREVIOUS_KEY, previous)
  }

  recallPrevious(accountId: UserId): UserId | undefined {
    const previous: Previous | undefined = this.#session.get(PREVIOUS_KEY)
    return previous?.accountId === String(accountId) ? previous.guestId : undefined
  }

  forgetPrevious() {
    this.#session.forget(PREVIOUS_KEY)
  }

  #recall(userId: UserId): Remembered | undefined {
    const remembered: Remembered | undefined = this.#session.get(SESSION_KEY)
    return remembered?.userId === String(userId) ? remembered : undefined
  }

  #remember(value: Remembered) {
    if (!this.#session.readonly) {
      this.#session.put(SESSION_KEY, value)
    }
  }
}
