import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/**
 * Makes anonymous visitors guests before the handler runs (`@allow_guest_user`
 * of django-guest-user). If no guest may be created (guests are disabled, a
 * crawler, a prefetch), the handler runs with nobody signed in
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
