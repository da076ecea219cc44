import type { HttpContext } from '@adonisjs/core/http'
import type { AllowedSessionValues } from '@adonisjs/session/types'

import type { UserId } from '../database/guest_tables.ts'

/**
 * What the session stores about the signed-in user. Times are in milliseconds
 * since the epoch
 */
interface Remembered {
  userId: string
  kind: 'guest' | 'regular'
  checkedAt: number
  lastSeenAt: number

  /**
   * Of a guest, as `SessionAuthHash` makes it
   */
  authHash?: string
}

const SESSION_KEY = 'guest_user'

/**
 * The guest that the visitor was before signing in to an account
 */
interface Previous {
  guestId: UserId
  accountId: string
}

const PREVIOUS_KEY = 'guest_user_previous'

/**
 * Milliseconds. A guest may convert in another browser, so "guest" expires. A
 * regular user stays one, so "regular" does not
 */
const GUEST_LIFETIME = 60_000

/**
 * Caches in the session who is a guest, so that a guarded page costs a
 * signed-in visitor no query. What a readonly session cannot keep lasts for the
 * request, as does everything where there is no session
 */
export class SessionMemory {
  #session: HttpContext['session'] | undefined

  /**
   * What would be in the session if it could be written
   */
  #unsaved = new Map<string, unknown>()

  constructor(session: HttpContext['session'] | undefined) {
    this.#session = session
  }

  /**
   * Fails as the session itself does, whose package need not be installed
   *
   * @throws E_SESSION_NOT_MUTABLE
   */
  assertWritable() {
    if (this.#session?.readonly) {
      this.#session.forget(SESSION_KEY)
    }
  }

  /**
   * @returns undefined when the database must be queried
   */
  recallKind(userId: UserId): 'guest' | 'regular' | undefined {
    const remembered = this.#recall(userId)
    if (!remembered) {
      return undefined
    }
    const isFresh = Date.now() - remembered.checkedAt < GUEST_LIFETIME
    return remembered.kind === 'regular' || isFresh ? remembered.kind : undefined
  }

  /**
   * When `last_seen_at` of this guest was updated, undefined when unknown
   */
  recallLastSeenAt(userId: UserId): number | undefined {
    const remembered = this.#recall(userId)
    return remembered?.kind === 'guest' ? remembered.lastSeenAt : undefined
  }

  /**
   * Is this a session that the user got as a guest, whatever they are now?
   */
  isOfGuest(userId: UserId): boolean {
    return this.#recall(userId)?.kind === 'guest'
  }

  recallAuthHash(userId: UserId): string | undefined {
    return this.#recall(userId)?.authHash
  }

  rememberGuest(userId: UserId, lastSeenAt: number, authHash: string | undefined) {
    this.#remember({
      userId: String(userId),
      kind: 'guest',
      checkedAt: Date.now(),
      lastSeenAt,
      authHash,
    })
  }

  rememberRegular(userId: UserId) {
    this.#remember({ userId: String(userId), kind: 'regular', checkedAt: 0, lastSeenAt: 0 })
  }

  /**
   * For when the stored answer turned out to be wrong
   */
  forget() {
    this.#write(SESSION_KEY, undefined)
  }

  /**
   * Only valid for this account: another person may sign in next
   */
  rememberPrevious(guestId: UserId, accountId: UserId) {
    const previous: Previous = { guestId, accountId: String(accountId) }
    this.#write(PREVIOUS_KEY, previous)
  }

  recallPrevious(accountId: UserId): UserId | undefined {
    const previous = this.#read<Previous>(PREVIOUS_KEY)
    return previous?.accountId === String(accountId) ? previous.guestId : undefined
  }

  forgetPrevious() {
    this.#write(PREVIOUS_KEY, undefined)
  }

  #recall(userId: UserId): Remembered | undefined {
    const remembered = this.#read<Remembered>(SESSION_KEY)
    return remembered?.userId === String(userId) ? remembered : undefined
  }

  #remember(value: Remembered) {
    this.#write(SESSION_KEY, value)
  }

  #read<Value>(key: string): Value | undefined {
    const value = this.#unsaved.has(key) ? this.#unsaved.get(key) : this.#session?.get(key)
    return value as Value | undefined
  }

  #write(key: string, value: AllowedSessionValues | undefined) {
    if (!this.#session || this.#session.readonly) {
      this.#unsaved.set(key, value)
    } else if (value === undefined) {
      this.#session.forget(key)
    } else {
      this.#session.put(key, value)
    }
  }
}
