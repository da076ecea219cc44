import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { GuestLookup } from './guest_lookup.ts'
import { GuestSignIn, type Guard } from './guest_sign_in.ts'
import { SessionMemory } from './session_memory.ts'
import type { VisitorKind } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Who makes this request, as guard, session and database know it, and how they
 * become somebody else
 */
export class CurrentVisitor {
  #ctx: HttpContext
  #manager: GuestUserManager
  #memory: SessionMemory
  #lookup: GuestLookup
  #guestSignIn: GuestSignIn

  constructor(ctx: HttpContext, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#manager = manager
    this.#memory = new SessionMemory(ctx.session)
    this.#lookup = new GuestLookup(manager, this.#memory)
    this.#guestSignIn = new GuestSignIn(ctx, this.#guard, this.#memory, manager)
    this.#guestSignIn.wrap((account, isMerged) => {
      // Who was a guest may have become a regular user by `guestUsers.convert`
      this.#lookup.forget(account)
      if (isMerged) {
        this.#lookup.remember(account, 'regular')
      }
    })
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
      const user = auth.user as LucidRow | undefined
      return user && (await this.#manager.isUser(user)) ? user : undefined
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
   * What this user is, who need not be the visitor
   */
  kindOf(user: LucidRow): Promise<VisitorKind> {
    return this.#lookup.kindOf(user, this.#guard.user)
  }

  /**
   * Asks the database anew
   */
  async refresh(): Promise<VisitorKind> {
    const user = await this.user()
    return user ? this.#lookup.refresh(user) : 'anonymous'
  }

  /**
   * Signs the visitor in without merging anybody. The session id is rotated.
   *
   * The guard's `login` sets the user but leaves `isAuthenticated` false; the
   * handler of this very request should not see a difference to the next one
   */
  async signIn(user: LucidRow, kind: 'guest' | 'regular') {
    const guard = this.#guard
    await this.#guestSignIn.login(user)
    guard.isAuthenticated = true
    guard.authenticationAttempted = true
    await this.#ctx.auth.checkUsing([this.#manager.config.guard as never])

    this.#lookup.remember(user, kind)
  }

  /**
   * Signs a guest in to an account, as the guard's `login` does in this request
   *
   * @returns whether there was a guest, who is merged now
   */
  async signInWithGuest(account: LucidRow): Promise<boolean> {
    const isMerged = await this.#guestSignIn.bringAlong(account)
    // Whoever looked the account up may have found a guest
    const isGuest = !isMerged && (await this.#manager.isGuest(account))
    await this.signIn(account, isGuest ? 'guest' : 'regular')
    return isMerged
  }

  /**
   * The guest that was left behind when this user signed in
   */
  previousGuestId(user: LucidRow): string | number | undefined {
    return this.#memory.recallPrevious(user.$primaryKeyValue!)
  }

  forgetPreviousGuest() {
    this.#memory.forgetPrevious()
  }

  /**
   * Asks the session who is signed in: public pages may not authenticate anybody
   */
  async recordVisit(): Promise<void> {
    const userId = this.#ctx.session.get(this.#guard.sessionKeyName)
    if (userId !== undefined) {
      await this.#lookup.recordVisit(userId)
    }
  }

  get #guard(): Guard {
    return this.#ctx.auth.use(this.#manager.config.guard as never) as unknown as Guard
  }
}
