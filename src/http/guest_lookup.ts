import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

import type { VisitorKind } from '../types.ts'
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
  #answers = new Map<string, Promise<VisitorKind>>()

  constructor(manager: GuestUserManager, memory: SessionMemory) {
    this.#manager = manager
    this.#memory = memory
  }

  /**
   * @param visitor who is signed in; the session knows nothing of others
   * @returns 'anonymous' for a visitor who was cleaned up during the request
   */
  kindOf(user: LucidRow, visitor?: LucidRow): Promise<VisitorKind> {
    const identity = identify(user)
    let answer = this.#answers.get(identity)
    if (!answer) {
      const isVisitor = visitor !== undefined && identify(visitor) === identity
      answer = isVisitor ? this.#askMemory(user.$primaryKeyValue!) : this.#askManager(user)
      this.#answers.set(identity, answer)
    }
    return answer
  }

  /**
   * Costs a query when it is time to write, and one per session to learn who is
   * a guest
   *
   * @param userId who is signed in, according to the session
   */
  async recordVisit(userId: string | number): Promise<void> {
    const lastSeenAt = this.#memory.recallLastSeenAt(userId)
    const isKnownRegular = this.#memory.recallKind(userId) === 'regular'
    if (!isKnownRegular && (lastSeenAt === undefined || this.#isTouchDue(lastSeenAt))) {
      await this.#askDatabase(userId, lastSeenAt)
    }
  }

  /**
   * The next question goes to the database
   */
  forget(visitor: LucidRow) {
    this.#memory.forget()
    this.#answers.delete(identify(visitor))
  }

  /**
   * Asks the database again: what was remembered may be wrong
   *
   * @returns 'anonymous' for a visitor who was cleaned up
   */
  async refresh(visitor: LucidRow): Promise<VisitorKind> {
    const userId = visitor.$primaryKeyValue!
    this.#memory.forget()

    const guest = await this.#manager.find(userId)
    if (guest) {
      this.#memory.rememberGuest(userId, guest.lastSeenAt.toMillis())
      return this.#answer(visitor, 'guest')
    }
    if (await this.#manager.exists(userId)) {
      this.#memory.rememberRegular(userId)
      return this.#answer(visitor, 'regular')
    }
    return this.#answer(visitor, 'anonymous')
  }

  #answer(user: LucidRow, kind: VisitorKind): VisitorKind {
    this.#answers.set(identify(user), Promise.resolve(kind))
    return kind
  }

  /**
   * What is known without asking: the visitor has just become this
   */
  remember(visitor: LucidRow, kind: 'guest' | 'regular') {
    this.#answers.set(identify(visitor), Promise.resolve(kind))
    if (kind === 'guest') {
      this.#memory.rememberGuest(visitor.$primaryKeyValue!, Date.now())
    } else {
      this.#memory.rememberRegular(visitor.$primaryKeyValue!)
    }
  }

  async #askManager(user: LucidRow): Promise<VisitorKind> {
    return (await this.#manager.isGuest(user)) ? 'guest' : 'regular'
  }

  async #askMemory(userId: string | number): Promise<VisitorKind> {
    return (
      this.#memory.recallKind(userId) ??
      this.#askDatabase(userId, this.#memory.recallLastSeenAt(userId))
    )
  }

  /**
   * When it is time to write `last_seen_at`, the write says as well whether the
   * user is a guest
   */
  async #askDatabase(
    userId: string | number,
    rememberedVisit: number | undefined
  ): Promise<VisitorKind> {
    let lastSeenAt: number | null | undefined = rememberedVisit

    if (lastSeenAt === undefined || !this.#isTouchDue(lastSeenAt)) {
      const guest = await this.#manager.find(userId)
      lastSeenAt = guest && guest.lastSeenAt.toMillis()
    }
    if (lastSeenAt !== null && this.#isTouchDue(lastSeenAt)) {
      lastSeenAt = (await this.#manager.touch(userId)) ? Date.now() : null
    }

    if (lastSeenAt !== null) {
      this.#memory.rememberGuest(userId, lastSeenAt)
      return 'guest'
    }
    // Who was a guest a moment ago has either converted or been cleaned up
    if (rememberedVisit !== undefined && !(await this.#manager.exists(userId))) {
      return 'anonymous'
    }
    this.#memory.rememberRegular(userId)
    return 'regular'
  }

  #isTouchDue(lastSeenAt: number): boolean {
    return Date.now() - lastSeenAt >= this.#manager.expiry.touchInterval
  }
}

function identify(user: LucidRow): string {
  return `${(user.constructor as LucidModel).table}:${user.$primaryKeyValue}`
}
