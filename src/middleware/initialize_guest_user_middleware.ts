import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { E_MISSING_GUEST_USER_MIDDLEWARE } from '../errors.ts'
import { trackConversions } from '../guests/conversion_scope.ts'
import { trackTokens } from '../guests/token_sign_in.ts'
import { requireFullVisit } from '../inertia/visit.ts'
import { HttpGuestUser } from '../http/http_guest_user.ts'

declare module '@adonisjs/core/http' {
  interface HttpContext {
    /**
     * The visitor of this request
     */
    guestUser: HttpGuestUser
  }
}

/**
 * The part of an Edge renderer used here. Edge is optional, and so are its
 * types
 */
interface SharingView {
  share(values: Record<string, unknown>): unknown
}

/**
 * Sets `ctx.guestUser`, and shares it with views as `guestUser`. Register it in
 * `router.use([…])` after the middleware of session and auth
 */
export default class InitializeGuestUserMiddleware {
  /**
   * @throws E_MISSING_GUEST_USER_MIDDLEWARE when auth has not run, or the session where
   * visitors are signed in to it
   */
  async handle(ctx: HttpContext, next: NextFn) {
    const manager = await ctx.containerResolver.make('guestUser.manager')
    if (!ctx.session && manager.config.tokenGuard === undefined) {
      throw new E_MISSING_GUEST_USER_MIDDLEWARE([
        'Guest users need the session, but it is not available: "@adonisjs/session/session_middleware" is missing or runs too late, or "enabled" in "config/session.ts" is false.',
      ])
    }
    if (!('auth' in ctx)) {
      throw new E_MISSING_GUEST_USER_MIDDLEWARE([
        'Guest users need "ctx.auth", but it is not available: "@adonisjs/auth/initialize_auth_middleware" is missing or runs too late.',
      ])
    }

    // Registered twice: the first one does the work
    if (Object.hasOwn(ctx, 'guestUser')) {
      return next()
    }

    const guestUser = new HttpGuestUser(ctx, manager)
    Object.defineProperty(ctx, 'guestUser', { value: guestUser, enumerable: true })

    await guestUser.prepare()

    if ('view' in ctx) {
      const view = ctx.view as SharingView
      view.share({ guestUser, isGuestUser: guestUser.isGuest.bind(guestUser) })
    }

    const handle = async () => {
      const output = await next()
      // The click would show the page of nobody
      if (guestUser.awaitsVisit) {
        requireFullVisit(ctx)
      }
      guestUser.keepPrivate()
      await guestUser.recordVisit()
      return output
    }
    return trackConversions(() =>
      trackTokens((account) => guestUser.mergeBeforeToken(account), handle)
    )
  }
}
