import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { createVisitKey, isSpeculativeRequest } from './visit_key.ts'
import { CurrentVisitor } from './current_visitor.ts'
import { explainTakenValues } from './taken_values.ts'
import { findRedirectPath, type RedirectName } from './redirect_path.ts'
import { signInSocially, type SocialLoginResult } from './social_sign_in.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { SocialUser } from '../social/social_user.ts'
import { SocialLogin, type SocialLoginOptions } from '../social/social_login.ts'
import { E_GUEST_USER_REQUIRED, E_NOT_A_GUEST, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'
import type { ConfiguredUser, UserValues, VisitorKind } from '../types.ts'

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
   * Calls at the same time make one guest
   */
  #allowing?: Promise<ConfiguredUser | undefined>

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
   * Who is signed in through the guard of the guests, or undefined
   */
  async user(): Promise<ConfiguredUser | undefined> {
    return (await this.#visitor.user()) as ConfiguredUser | undefined
  }

  /**
   * What the visitor is: 'anonymous', 'guest' or 'regular'
   */
  kind(): Promise<VisitorKind> {
    return this.#visitor.kind()
  }

  /**
   * The same, asking the database anew: another tab may have converted the
   * guest, or a cleanup deleted them
   */
  refresh(): Promise<VisitorKind> {
    return this.#visitor.refresh()
  }

  /**
   * Is this user a guest? Each user is looked up once a request at most; for
   * the visitor, the session often knows
   */
  async isGuest(user: LucidRow | null | undefined): Promise<boolean> {
    return user ? (await this.#visitor.kindOf(user)) === 'guest' : false
  }

  /**
   * Makes an anonymous visitor a guest and signs them in, unless guests are
   * switched off, or the request comes from a crawler or a browser that fetches
   * ahead, or `allow` of the configuration says no.
   *
   * Sends `guest_user:created`. The session id is rotated.
   *
   * @returns who is signed in now: the new guest, whoever was signed in
   * already, or undefined
   */
  allow(): Promise<ConfiguredUser | undefined> {
    this.#allowing ??= this.#allowOnce().finally(() => {
      this.#allowing = undefined
    })
    return this.#allowing
  }

  async #allowOnce(): Promise<ConfiguredUser | undefined> {
    const { config } = this.#manager
    const ctx = this.#ctx

    const user = await this.#visitor.user()
    if (user || ctx.auth.isAuthenticated) {
      return user as ConfiguredUser | undefined
    }
    if (!config.enabled || isSpeculativeRequest(ctx.request) || config.isCrawler(ctx)) {
      return undefined
    }
    if (!(await config.allow(ctx))) {
      return undefined
    }

    const guest = await this.#manager.create({ ctx, visitKey: createVisitKey(ctx) })
    await this.#visitor.signIn(guest, 'guest')
    return guest
  }

  /**
   * Makes the guest a regular user, with the same id, and keeps them signed in.
   * Sends `guest_user:converted`. The session id is rotated.
   *
   * @throws E_GUEST_USER_REQUIRED when nobody is signed in
   * @throws E_NOT_A_GUEST when the visitor is a regular user already
   * @throws E_VALIDATION_ERROR of VineJS when another user has the same in a
   * unique column
   *
   * @example
   * const values = await request.validateUsing(signupValidator)
   * await guestUser.convert(values)
   */
  async convert(values: UserValues): Promise<ConfiguredUser> {
    const visitor = await this.#visitor.user()
    if (!visitor) {
      throw new E_GUEST_USER_REQUIRED().turnAway('anonymous', this.redirectPath('anonymous'))
    }

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
   * The one call for a signup controller: makes the guest a regular user, or
   * creates a user where there is no guest, and signs them in
   *
   * @throws E_NOT_A_GUEST when the guest became a regular user elsewhere
   * @throws E_VALIDATION_ERROR of VineJS when another user has the same in a
   * unique column
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
        // The guest was cleaned up at this moment: there is nothing left to keep
      }
    }

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
   * Signs in somebody whom a social provider vouches for: to the account that
   * has this identity or this verified address (a guest is merged into it), else
   * by making the guest a regular user, else by creating a user. A regular user
   * who is signed in gets the identity added. Sends `guest_user:converted` or
   * `guest_user:merged`. The session id is rotated by every sign-in
   *
   * @param socialUser the user that `@adonisjs/ally` returns
   * @returns who is signed in now, and how they came in
   * @throws E_SOCIAL_EMAIL_TAKEN when an account has the address, and it was not
   * verified on both sides
   * @throws E_SOCIAL_EMAIL_MISSING when the provider told no address
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
    const login = new SocialLogin(this.#manager, socialUser, options)
    try {
      return await signInSocially(login, this.#visitor, this.#ctx)
    } catch (error) {
      if (error instanceof E_SOCIAL_EMAIL_TAKEN) {
        error.redirectTo = this.redirectPath('login')
      }
      throw error
    }
  }

  /**
   * Moves everything of the guest to an account, removes the guest, and signs
   * the visitor in to the account. For `mergeMode: 'ask'`: before the visitor
   * signs in, or afterwards. Sends `guest_user:merged`
   *
   * @throws E_GUEST_USER_REQUIRED when the visitor is no guest, and was none
   * before they signed in
   * @throws E_NOT_A_GUEST when the guest was cleaned up or has converted
   * @throws E_INVALID_MERGE_TARGET when the user is no regular user
   * @throws E_GUEST_MERGE_FAILED when something can neither move nor stay
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

    const account = await this.#manager.merge(guest, user, { ctx: this.#ctx })
    this.#visitor.forgetPreviousGuest()
    if (visitor?.$primaryKeyValue !== account.$primaryKeyValue) {
      await this.#visitor.signIn(account, 'regular')
    }
    return account
  }

  /**
   * The guest that the visitor was before they signed in to their account, in
   * `mergeMode: 'ask'`: somebody to ask about
   *
   * @returns null when there is none, or not any more
   */
  async previousGuest(): Promise<ConfiguredUser | null> {
    const visitor = await this.#visitor.user()
    const guestId = visitor && this.#visitor.previousGuestId(visitor)
    if (guestId === undefined || !(await this.#manager.find(guestId))) {
      return null
    }
    const userModel = await this.#manager.userModel()
    return (await userModel.find(guestId)) as ConfiguredUser | null
  }

  /**
   * Writes down that a guest was here, at most once per small part of `maxAge`.
   * Called after each request by the initialize middleware; costs a query when
   * it is time to write, and one per session to learn who is a guest. Asks the
   * session who is signed in: public pages may not authenticate anybody
   */
  recordVisit(): Promise<void> {
    return this.#visitor.recordVisit()
  }

  /**
   * Where visitors are sent: one of the `redirects` of the configuration, or
   * `convert.redirectTo`
   */
  redirectPath(name: RedirectName): string {
    return findRedirectPath(name, this.#ctx, this.#manager)
  }
}
