import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/**
 * Anonymous visitors become guests before the handler runs (`@allow_guest_user`
 * of django-guest-user). Where no guest may be made (guests are switched off,
 * a crawler, a prefetch), the handler runs with nobody signed in
 *
 * @example
 * router.get('/cart', [CartController]).use(middleware.allowGuestUser())
 */
export default class AllowGuestUserMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    await ctx.guestUser.allow()
    return next()
  }
}
