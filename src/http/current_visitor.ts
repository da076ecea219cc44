import type { HttpContext } from '@adonisjs/core/http'
import type { SessionGuard } from '@adonisjs/auth/session'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { SessionUserProviderContract } from '@adonisjs/auth/types/session'

import type { UserId } from '../database/guest_tables.ts'
import type { VisitorKind } from '../types.ts'
import { SessionMemory } from './session_memory.ts'
import { isConvertedHere } from '../guests/conversion_scope.ts'
import { mergeOnSignIn } from './merge_on_sign_in.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

type Guard = SessionGuard<false, SessionUserProviderContract<LucidRow>>

/**
 * The visitor of this request, as known to the guard, the session and the
 * database. Also signs visitors in.
 *
 * Keeps queries to a minimum: answers are cached for the request, and those
 * about the visitor in the session as well
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
   * Answers cached for this request, by table and key
   */
  #answers = new Map<string, Promise<VisitorKind>>()

  /**
   * The visitor signed in during this request, so there is no visit to record
   */
  #isNew = false

  /**
   * Whether the session is one that its user may have. Calls at the same time wait
   * for one answer
   */
  #verification?: Promise<void>

  constructor(ctx: HttpContext, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#manager = manager
    this.#memory = new SessionMemory(ctx.session)
    const guard = this.#guard
    this.#login = guard.login.bind(guard)
    guard.login = (account, ...options) => this.#mergeAndLogin(account, options)
    const authenticate = guard.authenticate.bind(guard)
    guard.authenticate = async () => {
      await authenticate()
      await this.verifySession()
      return guard.getUserOrFail()
    }
  }

  /**
   * Ends a session that the user had as a guest once the user is a regular user:
   * only the session that converted leads into the account. Runs when the guard
   * authenticates; needs no query
   */
  async verifySession(): Promise<void> {
    const user = this.#guard.user
    if (user && this.#memory.isOfGuest(user.$primaryKeyValue!)) {
      this.#verification ??= this.#verify(user)
      await this.#verification
    }
  }

  async #verify(user: LucidRow): Promise<void> {
    const { directory, sessionAuthHash } = await this.#manager.engine.load()
    const hash = this.#memory.recallAuthHash(user.$primaryKeyValue!)
    if (sessionAuthHash?.canRead(user) && hash !== undefined) {
      return sessionAuthHash.verify(user, hash) ? undefined : this.#signOut()
    }
    // A session from before this check, or a user without the column: ask the database
    const guest = await directory.find(user.$primaryKeyValue!)
    if (!guest) {
      return this.#signOut()
    }
    await this.#rememberGuest(guest.userId, guest.lastSeenAt.toMillis())
  }

  async #signOut(): Promise<void> {
    const guard = this.#guard
    if (this.#ctx.session.readonly) {
      guard.user = undefined
      guard.isAuthenticated = false
      guard.isLoggedOut = true
      return
    }
    await guard.logout()
    this.#memory.forget()
    this.#ctx.session.regenerate()
  }

  /**
   * Signs a guest out who was deleted, and leaves nothing of theirs in the session
   */
  async forget(): Promise<void> {
    await this.#signOut()
    this.#answers.clear()
    this.#ctx.session.clear()
  }

  /**
   * Whom `ctx.auth` has: the user of our guard, or of another guard that
   * authenticated the request (by a token, or for an area of its own). If our guard
   * was not tried yet in this request, authenticates through `ctx.auth`, so that
   * `auth.user` agrees
   */
  async user(): Promise<LucidRow | undefined> {
    const guard = this.#guard
    const { auth } = this.#ctx

    if (auth.isAuthenticated && auth.user !== guard.user) {
      const { directory } = await this.#manager.engine.load()
      const user = auth.user as LucidRow | undefined
      return user && directory.isUser(user) ? user : guard.user
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
   * The kind of this user, who need not be the visitor. The session is only
   * used for the visitor
   *
   * @returns 'anonymous' for a visitor who was cleaned up during the request
   */
  async kindOf(user: LucidRow): Promise<VisitorKind> {
    if (isConvertedHere(user.$primaryKeyValue!)) {
      return 'regular'
    }
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
   * Reads the database again, because the cached answers may be outdated
   *
   * @returns 'anonymous' for a visitor who was cleaned up
   */
  async refresh(): Promise<VisitorKind> {
    const visitor = await this.user()
    if (!visitor) {
      return 'anonymous'
    }
    // The session remembers our guard's visitor only
    const kind = await (visitor === this.#guard.user
      ? this.#refresh(visitor.$primaryKeyValue!)
      : this.#askManager(visitor))
    this.#answers.set(identify(visitor), Promise.resolve(kind))
    return kind
  }

  /**
   * Signs the visitor in without merging a guest. The session id is rotated.
   *
   * The guard's `login` sets the user but leaves `isAuthenticated` false. Here
   * both are set, so that the rest of this request behaves like the next one
   */
  async signIn(user: LucidRow, kind: 'guest' | 'regular') {
    const guard = this.#guard
    await this.#login(user)
    guard.isAuthenticated = true
    guard.authenticationAttempted = true
    await this.#ctx.auth.checkUsing([this.#manager.config.guard as never])

    await this.#remember(user, kind)
  }

  /**
   * Signs a guest in to an account and merges, like the guard's `login`
   *
   * @returns whether a guest was merged
   */
  async signInWithGuest(account: LucidRow): Promise<boolean> {
    const isMerged = await this.#merge(account)
    // The account itself may be a guest
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
   * Costs a query when `last_seen_at` is due, and one per session to learn who
   * is a guest. Reads the user id from the session, because public pages may
   * not authenticate the visitor
   */
  async recordVisit(): Promise<void> {
    const userId: UserId | undefined = this.#ctx.session.get(this.#guard.sessionKeyName)
    if (userId === undefined || this.#memory.recallKind(userId) === 'regular') {
      return
    }
    if (isConvertedHere(userId)) {
      this.#memory.rememberRegular(userId)
      this.#ctx.session.regenerate()
      return
    }
    if (this.#isNew) {
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
   * Replaces the guard's `login` in this request. Merges first: if that fails,
   * so does the sign-in, and the visitor remains the guest
   */
  async #mergeAndLogin(account: LucidRow, options: [remember?: boolean]): Promise<void> {
    const isMerged = await this.#merge(account)
    await this.#login(account, ...options)

    // The account may have been a guest that `guestUsers.convert` converted
    this.#isNew = false
    this.#memory.forget()
    this.#answers.delete(identify(account))
    if (isMerged) {
      await this.#remember(account, 'regular')
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
   * Caches what the visitor has just become, which needs no query
   */
  async #remember(visitor: LucidRow, kind: 'guest' | 'regular') {
    this.#isNew = true
    this.#verification = Promise.resolve()
    this.#answers.set(identify(visitor), Promise.resolve(kind))
    if (kind === 'guest') {
      await this.#rememberGuest(visitor.$primaryKeyValue!, Date.now())
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
   * When `last_seen_at` is due, its update also answers whether the user is a
   * guest
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
      await this.#rememberGuest(userId, lastSeenAt)
      return 'guest'
    }
    return this.#resolveFormerGuest(userId)
  }

  /**
   * The user was read before the database confirmed the guest, so the password
   * column is still the guest's
   */
  async #rememberGuest(userId: UserId, lastSeenAt: number): Promise<void> {
    const user = this.#guard.user
    const { sessionAuthHash } = await this.#manager.engine.load()
    const isVisitor = String(user?.$primaryKeyValue) === String(userId)
    this.#memory.rememberGuest(
      userId,
      lastSeenAt,
      isVisitor && sessionAuthHash?.canRead(user!)
        ? sessionAuthHash.create(user!)
        : this.#memory.recallAuthHash(userId)
    )
  }

  async #refresh(userId: UserId): Promise<VisitorKind> {
    const { directory } = await this.#manager.engine.load()
    const guest = await directory.find(userId)
    if (guest) {
      await this.#rememberGuest(userId, guest.lastSeenAt.toMillis())
      return 'guest'
    }
    return this.#resolveFormerGuest(userId)
  }

  /**
   * A guest whose row was deleted meanwhile was cleaned up, or converted in another
   * session: then this one has ended. A session that was never a guest's is a
   * regular user's
   */
  async #resolveFormerGuest(userId: UserId): Promise<VisitorKind> {
    if (this.#memory.isOfGuest(userId) && !isConvertedHere(userId)) {
      await this.#signOut()
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
