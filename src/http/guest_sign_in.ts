import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { SessionGuard } from '@adonisjs/auth/session'
import type { SessionUserProviderContract } from '@adonisjs/auth/types/session'

import type { SessionMemory } from './session_memory.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import { E_INVALID_MERGE_TARGET, E_NOT_A_GUEST } from '../errors.ts'

export type Guard = SessionGuard<false, SessionUserProviderContract<LucidRow>>

/**
 * Sees to it that a guest who signs in to an account takes everything along,
 * whichever controller signs them in
 */
export class GuestSignIn {
  #ctx: HttpContext
  #guard: Guard
  #memory: SessionMemory
  #manager: GuestUserManager

  /**
   * The guard's own `login`
   */
  readonly login: Guard['login']

  constructor(ctx: HttpContext, guard: Guard, memory: SessionMemory, manager: GuestUserManager) {
    this.#ctx = ctx
    this.#guard = guard
    this.#memory = memory
    this.#manager = manager
    this.login = guard.login.bind(guard)
  }

  /**
   * Wraps `login` of the guard of this request. The merge comes first: if it
   * fails, so does the sign-in, and the visitor still is the guest
   *
   * @param onSignedIn told who is signed in now, and whether a guest was merged
   * into them
   */
  wrap(onSignedIn: (account: LucidRow, isMerged: boolean) => void) {
    this.#guard.login = async (user, ...options) => {
      const isMerged = await this.bringAlong(user)
      await this.login(user, ...options)
      onSignedIn(user, isMerged)
    }
  }

  /**
   * Merges the guest, if the visitor is one, into the account they are about to
   * sign in to
   *
   * @returns whether there was a guest, who is merged now
   */
  async bringAlong(user: LucidRow): Promise<boolean> {
    const guestId = this.#findGuestId(user)
    if (guestId === undefined || !(await this.#manager.isUser(user))) {
      return false
    }

    const { mergeMode } = this.#manager.config
    if (mergeMode === 'ask' && (await this.#manager.find(guestId))) {
      this.#memory.rememberPrevious(guestId, user.$primaryKeyValue!)
    }
    return mergeMode === 'automatic' && this.#merge(guestId, user)
  }

  /**
   * Who the session says is signed in, if that is somebody else than the user
   * and may be a guest. Login pages need not have authenticated anybody
   */
  #findGuestId(user: LucidRow): string | number | undefined {
    const visitorId = this.#ctx.session.get(this.#guard.sessionKeyName)
    const isOther = visitorId !== undefined && String(visitorId) !== String(user.$primaryKeyValue)
    return isOther && this.#memory.recallKind(visitorId) !== 'regular' ? visitorId : undefined
  }

  /**
   * Where there is nothing to merge, this is a sign-in like any other: the
   * guest was cleaned up or has converted elsewhere, or the user is a guest
   */
  async #merge(guestId: string | number, user: LucidRow): Promise<boolean> {
    try {
      await this.#manager.merge(guestId, user, { ctx: this.#ctx })
      return true
    } catch (error) {
      if (error instanceof E_NOT_A_GUEST || error instanceof E_INVALID_MERGE_TARGET) {
        return false
      }
      throw error
    }
  }
}
