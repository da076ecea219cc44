import { errors as authErrors } from '@adonisjs/auth'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

import type { UserId } from '../database/guest_tables.ts'
import type { VisitorKind } from '../types.ts'
import { SessionMemory } from './session_memory.ts'
import { findSessionGuard, type Guard } from './session_guard.ts'
import { keepPrivate } from './private_response.ts'
import { RecentVisits, RETRY_INTERVAL } from './recent_visits.ts'
import { authenticateByToken, bringsToken, listUsersOfOtherGuards } from './other_guards.ts'
import { isConvertedHere } from '../guests/conversion_scope.ts'
import { explainMiss, hiddenFromGuard, isSeenByGuard, type Miss } from './guard_sight.ts'
import { mergeOnSignIn, NO_MEMORY } from './merge_on_sign_in.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

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
   * Undefined where visitors have only tokens, and no session
   */
  #guard: Guard | undefined

  /**
   * The guard's own `login`
   */
  #login: Guard['login'] = async () => {}

  /**
   * Answers cached for this request, by table and key
   */
  #answers = new Map<string, Promise<VisitorKind>>()

  /**
   * The visitor signed in during this request, so there is no visit to record
   */
  #isNew = false

  /**
   * Whether this answer signs somebody in
   */
  #isSigningIn = false

  /**
   * Whether the session is one that its user may have. Calls at the same time wait
   * for one answer
   */
  #verification?: Promise<void>

  constructor(ctx: HttpContext, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#manager = manager
    this.#memory = new SessionMemory(ctx.session)
    this.#guard = findSessionGuard(ctx, manager)
    if (this.#guard) {
      this.#login = this.#takePartIn(this.#guard)
    }
  }

  /**
   * Merges before the guard's `login`, and ends the session of a former guest after its
   * `authenticate`, whoever calls them in this request
   *
   * @returns the guard's own `login`
   */
  #takePartIn(guard: Guard): Guard['login'] {
    const login = guard.login.bind(guard)
    guard.login = (account, ...options) => this.#mergeAndLogin(account, options)
    const authenticate = guard.authenticate.bind(guard)
    guard.authenticate = async () => {
      await authenticate()
      await this.verifySession()
      return guard.getUserOrFail()
    }
    return async (account, ...options) => {
      await login(account, ...options)
      this.#isSigningIn = true
      this.keepPrivate()
    }
  }

  /**
   * Before the handler. Access tokens are watched once the models are loaded, which
   * only matters where somebody may be a guest
   */
  async prepare(): Promise<void> {
    if (bringsToken(this.#ctx.request) || this.#userIdInSession !== undefined) {
      // Whoever needs the models gets the error
      await this.#manager.engine.load().catch(() => undefined)
    }
    await this.verifySession()
  }

  /**
   * Ends a session that the user had as a guest once the user is a regular user:
   * only the session that converted leads into the account. Runs when the guard
   * authenticates; needs no query
   */
  async verifySession(): Promise<void> {
    const user = this.#guard?.user
    if (user && this.#memory.isOfGuest(user.$primaryKeyValue!)) {
      this.#verification ??= this.#verify(user).catch((error) => {
        this.#verification = undefined
        throw error
      })
      await this.#verification
    }
  }

  async #verify(user: LucidRow): Promise<void> {
    const { directory, sessionAuthHash } = await this.#manager.engine.load()
    const hash = this.#memory.recallAuthHash(user.$primaryKeyValue!)
    if (sessionAuthHash?.canRead(user) && hash !== undefined) {
      return sessionAuthHash.create(user) === hash ? undefined : this.#signOut()
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
    if (!guard) {
      return
    }
    if (this.#ctx.session.readonly) {
      guard.user = undefined
      guard.isAuthenticated = false
      guard.authenticationAttempted = true
      guard.isLoggedOut = true
      this.#memory.forget()
      return
    }
    await guard.logout()
    this.#memory.forget()
    this.#ctx.session.regenerate()
  }

  /**
   * Signs a guest out who was deleted, and leaves nothing of theirs in the session.
   * Whoever came with a token stays in `auth.user` until the request ends
   */
  async forget(): Promise<void> {
    const visitor = await this.user()
    await this.#signOut()
    this.#answers.clear()
    if (visitor) {
      this.#answers.set(identify(visitor), Promise.resolve('anonymous'))
    }
    this.#ctx.session?.clear()
  }

  /**
   * Whom `ctx.auth` has: the user of our guard, or of another guard that
   * authenticated the request (by a token, or for an area of its own). If our guard
   * was not tried yet in this request, authenticates through `ctx.auth`, so that
   * `auth.user` agrees; then by the token that the request brings
   */
  async user(): Promise<LucidRow | undefined> {
    const guard = this.#guard
    const { auth } = this.#ctx

    if (auth.isAuthenticated && auth.user !== guard?.user) {
      const { directory } = await this.#manager.engine.load()
      const user = auth.user as LucidRow | undefined
      return user && directory.isUser(user) ? user : guard?.user
    }
    if (guard && !guard.user && !guard.authenticationAttempted) {
      await auth.checkUsing([this.#manager.config.guard as never])
    }
    return guard?.user ?? this.#userOfToken()
  }

  async #userOfToken(): Promise<LucidRow | undefined> {
    const user = await authenticateByToken(this.#ctx, this.#manager)
    if (!user) {
      return undefined
    }
    const { directory } = await this.#manager.engine.load()
    return directory.isUser(user) ? user : undefined
  }

  /**
   * Nobody becomes a guest with a token that is not valid any more: the client should
   * know that it is not
   *
   * @throws E_UNAUTHORIZED_ACCESS of auth
   */
  async assertTokenAccepted(): Promise<void> {
    if ((await authenticateByToken(this.#ctx, this.#manager)) === null) {
      throw new authErrors.E_UNAUTHORIZED_ACCESS('Unauthorized access', {
        guardDriverName: 'access_tokens',
      })
    }
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
      const visitor = this.#guard?.user
      const isVisitor = visitor !== undefined && identify(visitor) === identity
      answer = isVisitor ? this.#askMemory(user.$primaryKeyValue!) : this.#askManager(user)
      this.#answers.set(identity, answer)
      // The next question may be answered
      answer.catch(() => this.#answers.delete(identity))
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
    const kind = await (visitor === this.#guard?.user
      ? this.#refresh(visitor.$primaryKeyValue!)
      : this.#askDirectory(visitor))
    this.#answers.set(identify(visitor), Promise.resolve(kind))
    return kind
  }

  /**
   * The guard cannot sign anybody in to a readonly session. To be called before
   * anything is written to the database
   *
   * @throws E_SESSION_NOT_MUTABLE
   */
  assertCanSignIn() {
    if (!this.#isOfToken) {
      this.#memory.assertWritable()
    }
  }

  /**
   * Whether the request is that of a token, or of a client that should get one: then
   * it gets no session
   */
  get #isOfToken(): boolean {
    const { auth, request } = this.#ctx
    const visitor = this.#guard?.user
    const isWithToken = this.#manager.config.tokenGuard !== undefined || bringsToken(request)
    return isWithToken && (visitor === undefined || auth.user !== visitor)
  }

  /**
   * Signs the visitor in without merging a guest. The session id is rotated. Does
   * nothing where a token says who is here.
   *
   * The guard's `login` sets the user but leaves `isAuthenticated` false. Here
   * both are set, so that the rest of this request behaves like the next one
   */
  async signIn(user: LucidRow, kind: 'guest' | 'regular') {
    const guard = this.#guard
    if (!guard || (this.#isOfToken && !isSame(guard.user, user))) {
      this.#answers.set(identify(user), Promise.resolve(kind))
      return
    }
    await this.#login(user)
    guard.isAuthenticated = true
    guard.authenticationAttempted = true
    await this.#ctx.auth.checkUsing([this.#manager.config.guard as never])

    await this.#remember(user, kind)
  }

  /**
   * Why the guard does not find the user whom the session names, undefined when it
   * names nobody. A user whom only a lagging replica hid is signed in, without a new
   * session: it was theirs all along
   */
  async explainMiss(): Promise<Miss['reason'] | undefined> {
    const guard = this.#guard
    const userId = this.#userIdInSession
    if (!guard || userId === undefined || guard.isLoggedOut) {
      return undefined
    }

    const miss = await explainMiss(userId, this.#manager)
    if (miss.reason === 'late') {
      guard.user = miss.user
      guard.isAuthenticated = true
      // Verifies the session as well
      await this.#ctx.auth.checkUsing([this.#manager.config.guard as never])
    }
    return miss.reason
  }

  /**
   * @throws E_HIDDEN_GUEST when the guard would not find the guest at the next
   * request. Nobody is signed in then, and the guest is deleted
   */
  async assertSeen(guest: LucidRow, miss: Miss['reason'] | undefined): Promise<void> {
    if (await isSeenByGuard(this.#ctx, this.#manager, miss)) {
      return
    }
    await this.#signOut()
    const { cleaner } = await this.#manager.engine.load()
    await cleaner.remove({ userIds: [guest.$primaryKeyValue!] })
    throw hiddenFromGuard(this.#manager.config.guard)
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
    try {
      await this.#recordVisit()
      if (this.#manager.config.otherGuards.length > 0) {
        await this.#recordOtherVisits()
      }
    } catch (error) {
      this.#logLostVisit(error)
    }
  }

  /**
   * Visits through any guard count. A guest may bring a session as well, which
   * remembers their visits
   */
  async #recordOtherVisits(): Promise<void> {
    const visits = RecentVisits.of(this.#manager)
    const inSession = this.#userIdInSession
    const users = await listUsersOfOtherGuards(this.#ctx, this.#manager)
    for (const user of users.filter((one) => String(one.$primaryKeyValue) !== String(inSession))) {
      const isConverted = isConvertedHere(user.$primaryKeyValue!)
      const kind = isConverted ? 'regular' : await this.#answers.get(identify(user))
      await visits.record(user, kind)
    }
  }

  async #recordVisit(): Promise<void> {
    const userId = this.#userIdInSession
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

  /**
   * Does nothing for an answer that signs nobody in
   */
  keepPrivate() {
    if (this.#isSigningIn) {
      keepPrivate(this.#ctx.response)
    }
  }

  get #userIdInSession(): UserId | undefined {
    return this.#guard && this.#ctx.session.get(this.#guard.sessionKeyName)
  }

  /**
   * Replaces the guard's `login` in this request. Merges first: if that fails,
   * so does the sign-in, and the visitor remains the guest
   */
  async #mergeAndLogin(account: LucidRow, options: [remember?: boolean]): Promise<void> {
    this.assertCanSignIn()
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

  async #merge(account: LucidRow): Promise<boolean> {
    const ofToken = bringsToken(this.#ctx.request) ? await this.user() : undefined
    const visitorId = ofToken?.$primaryKeyValue ?? this.#userIdInSession
    return mergeOnSignIn(visitorId, account, {
      ctx: this.#ctx,
      manager: this.#manager,
      memory: this.#isOfToken ? NO_MEMORY : this.#memory,
    })
  }

  /**
   * Merges like the guard's `login`: an error keeps the account from getting a token.
   * With `mergeMode` "ask", the application merges before it creates the token
   */
  async mergeBeforeToken(account: LucidRow): Promise<void> {
    const visitor = await this.user()
    const isAutomatic = ['automatic', 'strict'].includes(this.#manager.config.mergeMode)
    if (isAutomatic && visitor && (await this.kindOf(visitor)) === 'guest') {
      const isMerged = await this.#merge(account)
      if (isMerged) {
        this.#answers.set(identify(visitor), Promise.resolve('anonymous'))
      }
    }
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
    const isRegular = await RecentVisits.of(this.#manager).isRegular(user)
    return isRegular ? 'regular' : this.#askDirectory(user)
  }

  async #askDirectory(user: LucidRow): Promise<VisitorKind> {
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
   * guest. Where it cannot be written, a read answers: no page fails because of a
   * visit
   */
  async #askDatabase(userId: UserId, rememberedVisit: number | undefined): Promise<VisitorKind> {
    const isRead = rememberedVisit === undefined || !this.#isTouchDue(rememberedVisit)
    let lastSeenAt = isRead ? await this.#readLastSeenAt(userId) : rememberedVisit

    if (lastSeenAt !== null && this.#isTouchDue(lastSeenAt)) {
      try {
        const { directory } = await this.#manager.engine.load()
        lastSeenAt = (await directory.touch(userId)) ? Date.now() : null
      } catch (error) {
        lastSeenAt = isRead ? lastSeenAt : await this.#readLastSeenAt(userId)
        lastSeenAt &&= this.#postponedVisit
        this.#logLostVisit(error)
      }
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
    const user = this.#guard?.user
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

  /**
   * @returns null for a user who is no guest
   */
  async #readLastSeenAt(userId: UserId): Promise<number | null> {
    const { directory } = await this.#manager.engine.load()
    const guest = await directory.find(userId)
    return guest && guest.lastSeenAt.toMillis()
  }

  async #refresh(userId: UserId): Promise<VisitorKind> {
    const lastSeenAt = await this.#readLastSeenAt(userId)
    if (lastSeenAt !== null) {
      await this.#rememberGuest(userId, lastSeenAt)
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

  /**
   * A `last_seen_at` that is due after the retry interval
   */
  get #postponedVisit(): number {
    return Date.now() + RETRY_INTERVAL - this.#manager.expiry.touchInterval
  }

  /**
   * The messages of drivers contain values
   */
  #logLostVisit(error: unknown) {
    const { code, name } = error as { code?: unknown; name?: unknown }
    this.#ctx.logger.error({ reason: code ?? name }, 'cannot record the visit of a guest')
  }

  #isTouchDue(lastSeenAt: number): boolean {
    return Date.now() - lastSeenAt >= this.#manager.expiry.touchInterval
  }
}

function isSame(one: LucidRow | undefined, other: LucidRow): boolean {
  return one !== undefined && identify(one) === identify(other)
}

function identify(user: LucidRow): string {
  return `${(user.constructor as LucidModel).table}:${user.$primaryKeyValue}`
}
