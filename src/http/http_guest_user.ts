import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import debug from '../debug.ts'
import { createVisitKey } from './visit_key.ts'
import { isInertiaPrefetch } from '../inertia/visit.ts'
import { CurrentVisitor } from './current_visitor.ts'
import { findGuestRefusal } from './guest_refusal.ts'
import { explainTakenValues } from './taken_values.ts'
import { findRedirectPath, type RedirectName } from './redirect_path.ts'
import type { SocialLoginResult } from './social_sign_in.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { SocialUser } from '../social/social_user.ts'
import type { SocialLoginOptions } from '../social/social_login.ts'
import { E_GUEST_USER_REQUIRED, E_NOT_A_GUEST, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'
import type { ConfiguredUser, RedirectTarget, UserValues, VisitorKind } from '../types.ts'

/**
 * The visitor of one request: `ctx.guestUser`
 *
 * @example
 * router.get('/cart', async ({ guestUser, auth }) => {
 *   await guestUser.allow()
 *   const isGuest = await guestUser.check()
 * })
 */
export class HttpGuestUser {
  #ctx: HttpContext
  #manager: GuestUserManager
  #visitor: CurrentVisitor

  /**
   * Set while `allow()` runs, so that concurrent calls create one guest
   */
  #allowing?: Promise<ConfiguredUser | undefined>

  #awaitsVisit = false

  constructor(ctx: HttpContext, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#manager = manager
    this.#visitor = new CurrentVisitor(ctx, manager)
  }

  /**
   * Is the visitor a guest?
   */
  async check(): Promise<boolean> {
    return (await this.kind()) === 'guest'
  }

  /**
   * The signed-in user, or undefined
   */
  async user(): Promise<ConfiguredUser | undefined> {
    return (await this.#visitor.user()) as ConfiguredUser | undefined
  }

  /**
   * @throws E_GUEST_USER_REQUIRED when nobody is signed in
   * @internal
   */
  async requireUser(): Promise<ConfiguredUser> {
    const user = await this.user()
    if (!user) {
      throw new E_GUEST_USER_REQUIRED().turnAway('anonymous', this.redirectPath('anonymous'))
    }
    return user
  }

  /**
   * The kind of the visitor: 'anonymous', 'guest' or 'regular'
   */
  kind(): Promise<VisitorKind> {
    return this.#visitor.kind()
  }

  /**
   * Like `kind()`, but reads the database again: another tab may have converted
   * the guest, or a cleanup deleted them
   */
  refresh(): Promise<VisitorKind> {
    return this.#visitor.refresh()
  }

  /**
   * Is this user a guest? Costs at most one query per user and request; for the
   * visitor, often none thanks to the session
   */
  async isGuest(user: LucidRow | null | undefined): Promise<boolean> {
    return user ? (await this.#visitor.kindOf(user)) === 'guest' : false
  }

  /**
   * Makes an anonymous visitor a guest and signs them in, unless guests are
   * disabled, nobody is opening a page (a prefetch, an image, a crawler, a
   * request with a token), or `allow` of the configuration denies it.
   * `NODE_DEBUG=guest_user` prints the reason.
   *
   * Sends `guest_user:created`. The session id is rotated.
   *
   * @returns the signed-in user: the new guest, or the user who was already
   * signed in; undefined if there is none
   * @throws E_UNAUTHORIZED_ACCESS of auth when the request brings a token that no
   * guard accepts
   * @throws E_HIDDEN_GUEST when the guard would not find the guest again
   */
  allow(): Promise<ConfiguredUser | undefined> {
    this.#allowing ??= this.#allowOnce().finally(() => {
      this.#allowing = undefined
    })
    return this.#allowing
  }

  async #allowOnce(): Promise<ConfiguredUser | undefined> {
    const ctx = this.#ctx
    const user = await this.#visitor.user()
    if (user || ctx.auth.isAuthenticated) {
      this.#explainNoGuest('somebody is signed in')
      return user as ConfiguredUser | undefined
    }
    const miss = await this.#visitor.explainMiss()
    if (miss === 'late' && ctx.auth.isAuthenticated) {
      this.#explainNoGuest('somebody is signed in, whom only a replica did not have yet')
      return this.user()
    }
    if (this.#manager.config.enabled) {
      await this.#visitor.assertTokenAccepted()
    }
    const refusal = await findGuestRefusal(ctx, this.#manager.config)
    if (refusal) {
      this.#explainNoGuest(refusal)
      return undefined
    }
    if (isInertiaPrefetch(ctx.request)) {
      this.#explainNoGuest('Inertia fetches the page ahead; the click will make a guest (purpose)')
      this.#awaitsVisit = true
      return undefined
    }

    const guest = await this.#manager.create({ ctx, visitKey: createVisitKey(ctx) })
    await this.#visitor.signIn(guest, 'guest')
    await this.#visitor.assertSeen(guest, miss)
    return guest
  }

  /**
   * The pattern of the route, because paths may be personal
   */
  #explainNoGuest(reason: string) {
    const { request, route } = this.#ctx
    debug('no guest for %s %s: %s', request.method(), route?.pattern, reason)
  }

  /**
   * Makes the guest a regular user with the same id, who stays signed in. Sends
   * `guest_user:converted`. The session id is rotated.
   *
   * @throws E_GUEST_USER_REQUIRED when nobody is signed in
   * @throws E_NOT_A_GUEST when the visitor is already a regular user
   * @throws E_VALIDATION_ERROR of VineJS when the value of a unique column is
   * taken
   *
   * @example
   * const values = await request.validateUsing(signupValidator)
   * await guestUser.convert(values)
   */
  async convert(values: UserValues): Promise<ConfiguredUser> {
    const visitor = await this.requireUser()
    this.#visitor.assertCanSignIn()

    try {
      const user = await this.#manager.convert(visitor, values, { ctx: this.#ctx })
      await this.#visitor.signIn(user, 'regular')
      return user
    } catch (error) {
      if (error instanceof E_NOT_A_GUEST) {
        await this.refresh()
      }
      throw await explainTakenValues(error, values, this.#ctx, this.#manager)
    }
  }

  /**
   * For signup controllers: makes the guest a regular user, or creates a user
   * if the visitor is not a guest, and signs them in
   *
   * @throws E_NOT_A_GUEST when the guest has become a regular user elsewhere
   * @throws E_VALIDATION_ERROR of VineJS when the value of a unique column is
   * taken
   *
   * @example
   * const user = await guestUser.register(await request.validateUsing(signupValidator))
   */
  async register(values: UserValues): Promise<ConfiguredUser> {
    const visitor = await this.#visitor.user()
    if (visitor && (await this.isGuest(visitor))) {
      try {
        return await this.convert(values)
      } catch (error) {
        if (!(error instanceof E_NOT_A_GUEST) || (await this.kind()) !== 'anonymous') {
          throw error
        }
        // The guest was cleaned up meanwhile, so there is nothing left to keep
      }
    }

    this.#visitor.assertCanSignIn()
    const user = await this.#register(values)
    await this.#visitor.signIn(user, 'regular')
    return user
  }

  async #register(values: UserValues): Promise<ConfiguredUser> {
    try {
      return await this.#manager.register(values)
    } catch (error) {
      throw await explainTakenValues(error, values, this.#ctx, this.#manager)
    }
  }

  /**
   * Signs a visitor in with a social provider: to the account with this
   * identity or this verified address (a guest is merged into it), else by
   * making the guest a regular user, else by creating a user. If a regular user
   * is signed in, the identity is linked to them. Sends `guest_user:converted`
   * or `guest_user:merged`. Every sign-in rotates the session id
   *
   * @param socialUser the user that `@adonisjs/ally` returns
   * @returns the signed-in user, and how they signed in
   * @throws E_SOCIAL_EMAIL_TAKEN when an account has the address, but it is not
   * verified on both sides
   * @throws E_SOCIAL_EMAIL_MISSING when the provider returned no address
   * @throws E_INCOMPLETE_SOCIAL_ATTRIBUTES when a NOT NULL column has no value
   *
   * @example
   * const githubUser = await ally.use('github').user()
   * await guestUser.socialLogin(githubUser, {
   *   findAccount: () => User.findBy('githubId', String(githubUser.id)),
   *   linkAccount: (user) => user.merge({ githubId: String(githubUser.id) }).save(),
   * })
   */
  async socialLogin(
    socialUser: SocialUser,
    options: SocialLoginOptions
  ): Promise<SocialLoginResult> {
    this.#visitor.assertCanSignIn()
    const [{ SocialLogin }, { signInWithProvider }] = await Promise.all([
      import('../social/social_login.ts'),
      import('./social_sign_in.ts'),
    ])
    const login = new SocialLogin(this.#manager, socialUser, options)
    try {
      return await signInWithProvider(login, this.#visitor, this.#ctx)
    } catch (error) {
      if (error instanceof E_SOCIAL_EMAIL_TAKEN) {
        error.redirectTo = this.redirectPath('login')
      }
      throw error
    }
  }

  /**
   * Moves everything that belongs to the guest to an account, deletes the
   * guest, and signs the visitor in to it. For `mergeMode: 'ask'`, before or
   * after the sign-in. Sends `guest_user:merged`
   *
   * @throws E_GUEST_USER_REQUIRED when the visitor is not a guest, and was not
   * one before signing in
   * @throws E_NOT_A_GUEST when the guest was cleaned up or has converted
   * @throws E_INVALID_MERGE_TARGET when the user is not a regular user
   * @throws E_GUEST_MERGE_FAILED when rows of the guest can neither move nor
   * stay
   *
   * @example
   * const user = await User.verifyCredentials(email, password)
   * if (request.input('bring')) await guestUser.mergeInto(user)
   * await auth.use('web').login(user)
   */
  async mergeInto(user: LucidRow): Promise<ConfiguredUser> {
    const visitor = await this.#visitor.user()
    const guest = visitor && (await this.isGuest(visitor)) ? visitor : await this.previousGuest()
    if (!guest) {
      const kind = visitor ? 'regular' : 'anonymous'
      throw new E_GUEST_USER_REQUIRED().turnAway(kind, this.redirectPath('anonymous'))
    }

    const isSignedIn = visitor?.$primaryKeyValue === user.$primaryKeyValue
    if (!isSignedIn) {
      this.#visitor.assertCanSignIn()
    }
    const account = await this.#manager.merge(guest, user, { ctx: this.#ctx })
    this.#visitor.forgetPreviousGuest()
    if (!isSignedIn) {
      await this.#visitor.signIn(account, 'regular')
    }
    return account
  }

  /**
   * "Forget me": deletes the guest and everything that belongs to them, signs
   * them out, clears the session and rotates its id. Sends `guest_user:deleted`.
   * Where `delete()` of the user model keeps the row, the visitor is signed out
   * all the same
   *
   * @throws E_GUEST_USER_REQUIRED when nobody is signed in
   * @throws E_NOT_A_GUEST for a regular user
   * @throws E_GUEST_NOT_DELETED when a foreign key forbids it, or another
   * transaction has locked the guest: then nothing has changed
   *
   * @example
   * router.post('/forget-me', async ({ guestUser, response }) => {
   *   await guestUser.delete()
   *   return response.redirect('/')
   * })
   */
  async delete(): Promise<void> {
    const visitor = await this.requireUser()
    try {
      await this.#manager.delete(visitor)
    } catch (error) {
      if (error instanceof E_NOT_A_GUEST) {
        await this.refresh()
      }
      throw error
    }
    await this.#visitor.forget()
  }

  /**
   * The guest that the visitor was before signing in to their account, in
   * `mergeMode: 'ask'`, so that you can ask whether to merge
   *
   * @returns null when there is none, or the guest no longer exists
   */
  async previousGuest(): Promise<ConfiguredUser | null> {
    const visitor = await this.#visitor.user()
    const guestId = visitor && this.#visitor.previousGuestId(visitor)
    if (guestId === undefined || !(await this.#manager.find(guestId))) {
      return null
    }
    const { userModel, directory } = await this.#manager.engine.load()
    return (await userModel.find(guestId, {
      client: directory.client(),
    })) as ConfiguredUser | null
  }

  /**
   * Whether Inertia prefetches a page on which its visitor will be a guest
   *
   * @internal
   */
  get awaitsVisit(): boolean {
    return this.#awaitsVisit
  }

  /**
   * @throws E_UNAUTHORIZED_ACCESS of auth when the request brings a token that no
   * guard accepts
   * @internal
   */
  assertTokenAccepted(): Promise<void> {
    return this.#visitor.assertTokenAccepted()
  }

  /**
   * Before the handler: ends the session of a guest who became a regular user in
   * another one, for visitors who were authenticated before the initialize middleware
   *
   * @internal
   */
  prepare(): Promise<void> {
    return this.#visitor.prepare()
  }

  /**
   * Merges the guest into an account that is about to get an access token. The
   * initialize middleware takes care of it
   *
   * @internal
   */
  mergeBeforeToken(account: LucidRow): Promise<void> {
    return this.#visitor.mergeBeforeToken(account)
  }

  /**
   * Records the visit of a guest in `last_seen_at`, at most once per small
   * fraction of `maxAge`. The initialize middleware calls it after each
   * request; it costs a query when due, and one per session to learn who is a
   * guest. Never throws: a failure costs a line in the log
   */
  recordVisit(): Promise<void> {
    return this.#visitor.recordVisit()
  }

  /**
   * Keeps the answer out of shared caches if it signs somebody in. The initialize
   * middleware calls it after the handler, which may have set `Vary`
   *
   * @internal
   */
  keepPrivate() {
    this.#visitor.keepPrivate()
  }

  /**
   * The path of a redirect: one of the `redirects` of the configuration, or
   * `convert.redirectTo`
   *
   * @param ofRoute takes precedence
   */
  redirectPath(name: RedirectName, ofRoute?: RedirectTarget): string {
    return findRedirectPath(name, this.#ctx, this.#manager, ofRoute)
  }
}
