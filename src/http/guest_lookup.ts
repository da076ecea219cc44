import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

import type { SessionMemory } from './session_memory.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Says who is a guest, and writes their visits down, with as few queries as can
 * be: answers are kept for the request, and those about the visitor in the
 * session
 */
export class GuestLookup {
  #manager: GuestUserManager
  #memory: SessionMemory

  /**
   * Answers of this request, by table and key
   */
  #answers = new Map<string, Promise<boolean>>()

  constructor(manager: GuestUserManager, memory: SessionMemory) {
    this.#manager = manager
    this.#memory = memory
  }

  /**
   * @param visitor who is signed in; the session knows nothing of others
   */
  isGuest(user: LucidRow | null | undefined, visitor?: LucidRow): Promise<boolean> {
    if (!user) {
      return Promise.resolve(false)
    }

    const identity = identify(user)
    let answer = this.#answers.get(identity)
    if (!answer) {
      const isVisitor = visitor !== undefined && identify(visitor) === identity
      answer = isVisitor ? this.#askMemory(user) : this.#manager.isGuest(user)
      this.#answers.set(identity, answer)
    }
    return answer
  }

  /**
   * Costs a query when it is time to write, and one per session to learn who is
   * a guest
   */
  async recordVisit(visitor: LucidRow): Promise<void> {
    const userId = String(visitor.$primaryKeyValue)
    const lastSeenAt = this.#memory.recallLastSeenAt(userId)
    const isKnownRegular = this.#memory.recallKind(userId) === 'regular'
    if (!isKnownRegular && (lastSeenAt === undefined || this.#isTouchDue(lastSeenAt))) {
      await this.#askDatabase(visitor, lastSeenAt)
    }
  }

  /**
   * What is known without asking: the visitor has just become this
   */
  remember(visitor: LucidRow, kind: 'guest' | 'regular') {
    this.#answers.set(identify(visitor), Promise.resolve(kind === 'guest'))
    this.#rememberInSession(visitor, kind === 'guest' ? Date.now() : null)
  }

  async #askMemory(user: LucidRow): Promise<boolean> {
    const userId = String(user.$primaryKeyValue)
    const kind = this.#memory.recallKind(userId)
    return kind ? kind === 'guest' : this.#askDatabase(user, this.#memory.recallLastSeenAt(userId))
  }

  /**
   * When it is time to write `last_seen_at`, the write says as well whether the
   * user is a guest
   */
  async #askDatabase(user: LucidRow, rememberedVisit: number | undefined): Promise<boolean> {
    let lastSeenAt: number | null | undefined = rememberedVisit

    if (lastSeenAt === undefined || !this.#isTouchDue(lastSeenAt)) {
      const guest = await this.#manager.find(user)
      lastSeenAt = guest && guest.lastSeenAt.toMillis()
    }
    if (lastSeenAt !== null && this.#isTouchDue(lastSeenAt)) {
      lastSeenAt = (await this.#manager.touch(user)) ? Date.now() : null
    }

    this.#rememberInSession(user, lastSeenAt)
    return lastSeenAt !== null
  }

  /**
   * @param lastSeenAt null for a regular user
   */
  #rememberInSession(user: LucidRow, lastSeenAt: number | null) {
    const userId = String(user.$primaryKeyValue)
    if (lastSeenAt === null) {
      this.#memory.rememberRegular(userId)
    } else {
      this.#memory.rememberGuest(userId, lastSeenAt)
    }
  }

  #isTouchDue(lastSeenAt: number): boolean {
    return Date.now() - lastSeenAt >= this.#manager.expiry.touchInterval
  }
}

function identify(user: LucidRow): string {
  return `${(user.constructor as LucidModel).table}:${user.$primaryKeyValue}`
}
