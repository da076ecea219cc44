import type { HttpContext } from '@adonisjs/core/http'
import type { SessionGuard } from '@adonisjs/auth/session'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { SessionUserProviderContract } from '@adonisjs/auth/types/session'

import type { UserId } from '../database/guest_tables.ts'
import type { VisitorKind } from '../types.ts'
import { SessionMemory } from './session_memory.ts'
import { mergeOnSignIn } from './merge_on_sign_in.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

type Guard = SessionGuard<false, SessionUserProviderContract<LucidRow>>

/**
 * Who makes this request, as guard, session and database know it, and how they
 * become somebody else.
 *
 * Asks as few queries as can be: answers are kept for the request, and those
 * about the visitor in the session
 */
export class CurrentVisitor {
  #ctx: HttpContext
  #manager: GuestUserManager
  #memory: SessionMemory

  /**
   * The guard's own `login`
   */
  #login: Guard['login']

  /**
   * Answers of this request, by table and key
   */
  #answers = new Map<string, Promise<VisitorKind>>()

  /**
   * Became who they are in this request: there is no visit to record
   */
  #isNew = false

  constructor(ctx: HttpContext, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#manager = manager
    this.#memory = new SessionMemory(ctx.session)
    const guard = this.#guard
    this.#login = guard.login.bind(guard)
    guard.login = (account, ...options) => this.#mergeAndLogin(account, options)
  }

  /**
   * The user of our guard, or the one that another guard has recognised (a
   * token, say). When nobody was authenticated yet in this request, `ctx.auth`
   * is told to try, so that `auth.user` says the same
   */
  async user(): Promise<LucidRow | undefined> {
    const guard = this.#guard
    const { auth } = this.#ctx

    if (!guard.user && auth.isAuthenticated) {
      const { directory } = await this.#manager.engine.load()
      const user = auth.user as LucidRow | undefined
      return user && directory.isUser(user) ? user : undefined
    }
    if (!guard.user && !guard.authenticationAttempted) {
      await auth.checkUsing([this.#manager.config.guard as never])
    }
    return guard.user
  }

  async kind(): Promise<VisitorKind> {
    const user = await this.user()
    return user ? this.kindOf(user) : 'anonymous'
  }

  /**
   * What this user is, who need not be the visitor; the session knows nothing
   * of others
   *
   * @returns 'anonymous' for a visitor who was cleaned up during the request
   */
  kindOf(user: LucidRow): Promise<VisitorKind> {
    const identity = identify(user)
    let answer = this.#answers.get(identity)
    if (!answer) {
      const visitor = this.#guard.user
      const isVisitor = visitor !== undefined && identify(visitor) === identity
      answer = isVisitor ? this.#askMemory(user.$primaryKeyValue!) : this.#askManager(user)
      this.#answers.set(identity, answer)
    }
    return answer
  }

  /**
   * Asks the database anew: what was remembered may be wrong
   *
   * @returns 'anonymous' for a visitor who was cleaned up
   */
  async refresh(): Promise<VisitorKind> {
    const visitor = await this.user()
    if (!visitor) {
      return 'anonymous'
    }
    const kind = await this.#refresh(visitor.$primaryKeyValue!)
    this.#answers.set(identify(visitor), Promise.resolve(kind))
    return kind
  }

  /**
   * Signs the visitor in without merging anybody. The session id is rotated.
   *
   * The guard's `login` sets the user but leaves `isAuthenticated` false; the
   * handler of this very request should not see a difference to the next one
   */
  async signIn(user: LucidRow, kind: 'guest' | 'regular') {
    const guard = this.#guard
    await this.#login(user)
    guard.isAuthenticated = true
    guard.authenticationAttempted = true
    await this.#ctx.auth.checkUsing([this.#manager.config.guard as never])

    this.#remember(user, kind)
  }

  /**
   * Signs a guest in to an account, as the guard's `login` does in this request
   *
   * @returns whether there was a guest, who is merged now
   */
  async signInWithGuest(account: LucidRow): Promise<boolean> {
    const isMerged = await this.#merge(account)
    // Whoever looked the account up may have found a guest
    const isGuest = !isMerged && (await this.#manager.isGuest(account))
    await this.signIn(account, isGuest ? 'guest' : 'regular')
    return isMerged
  }

  /**
   * The guest that was left behind when this user signed in
   */
  previousGuestId(user: LucidRow): UserId | undefined {
    return this.#memory.recallPrevious(user.$primaryKeyValue!)
  }

  forgetPreviousGuest() {
    this.#memory.forgetPrevious()
  }

  /**
   * Costs a query when it is time to write, and one per session to learn who is
   * a guest. Asks the session who is signed in: public pages may not
   * authenticate anybody
   */
  async recordVisit(): Promise<void> {
    const userId: UserId | undefined = this.#ctx.session.get(this.#guard.sessionKeyName)
    if (userId === undefined || this.#isNew || this.#memory.recallKind(userId) === 'regular') {
      return
    }
    const lastSeenAt = this.#memory.recallLastSeenAt(userId)
    if (lastSeenAt === undefined || this.#isTouchDue(lastSeenAt)) {
      await this.#askDatabase(userId, lastSeenAt)
    }
  }

  get #guard(): Guard {
    return this.#ctx.auth.use(this.#manager.config.guard as never) as unknown as Guard
  }

  /**
   * What `login` of the guard does in this request. The merge comes first: if it
   * fails, so does the sign-in, and the visitor still is the guest
   */
  async #mergeAndLogin(account: LucidRow, options: [remember?: boolean]): Promise<void> {
    const isMerged = await this.#merge(account)
    await this.#login(account, ...options)

    // Who was a guest may have become a regular user by `guestUsers.convert`
    this.#isNew = false
    this.#memory.forget()
    this.#answers.delete(identify(account))
    if (isMerged) {
      this.#remember(account, 'regular')
    }
  }

  #merge(account: LucidRow): Promise<boolean> {
    const visitorId: UserId | undefined = this.#ctx.session.get(this.#guard.sessionKeyName)
    return mergeOnSignIn(visitorId, account, {
      ctx: this.#ctx,
      manager: this.#manager,
      memory: this.#memory,
    })
  }

  /**
   * What is known without asking: the visitor has just become this
   */
  #remember(visitor: LucidRow, kind: 'guest' | 'regular') {
    this.#isNew = true
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

  async #askMemory(userId: UserId): Promise<VisitorKind> {
    return (
      this.#memory.recallKind(userId) ??
      this.#askDatabase(userId, this.#memory.recallLastSeenAt(userId))
    )
  }

  /**
   * When it is time to write `last_seen_at`, the write says as well whether the
   * user is a guest
   */
  async #askDatabase(userId: UserId, rememberedVisit: number | undefined): Promise<VisitorKind> {
    const { directory } = await this.#manager.engine.load()
    let lastSeenAt: number | null | undefined = rememberedVisit

    if (lastSeenAt === undefined || !this.#isTouchDue(lastSeenAt)) {
      const guest = await directory.find(userId)
      lastSeenAt = guest && guest.lastSeenAt.toMillis()
    }
    if (lastSeenAt !== null && this.#isTouchDue(lastSeenAt)) {
      lastSeenAt = (await directory.touch(userId)) ? Date.now() : null
    }

    if (lastSeenAt !== null) {
      this.#memory.rememberGuest(userId, lastSeenAt)
      return 'guest'
    }
    // Who was a guest a moment ago has either converted or been cleaned up
    if (rememberedVisit !== undefined && !(await directory.exists(userId))) {
      return 'anonymous'
    }
    this.#memory.rememberRegular(userId)
    return 'regular'
  }

  async #refresh(userId: UserId): Promise<VisitorKind> {
    const { directory } = await this.#manager.engine.load()
    this.#memory.forget()

    const guest = await directory.find(userId)
    if (guest) {
      this.#memory.rememberGuest(userId, guest.lastSeenAt.toMillis())
      return 'guest'
    }
    if (await directory.exists(userId)) {
      this.#memory.rememberRegular(userId)
      return 'regular'
    }
    return 'anonymous'
  }

  #isTouchDue(lastSeenAt: number): boolean {
    return Date.now() - lastSeenAt >= this.#manager.expiry.touchInterval
  }
}

function identify(user: LucidRow): string {
  return `${(user.constructor as LucidModel).table}:${user.$primaryKeyValue}`
}
