import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { E_REGULAR_USER_REQUIRED } from '../errors.ts'
import type { RedirectTarget } from '../types.ts'

export interface RegularUserRequiredOptions {
  /**
   * Where anonymous visitors are redirected. Defaults to `redirects.login`
   */
  loginUrl?: RedirectTarget

  /**
   * Where guests are redirected. Defaults to `redirects.convert`
   */
  convertUrl?: RedirectTarget
}

/**
 * Restricts a route to regular users (`@regular_user_required` of
 * django-guest-user). Stores the requested page as the intended URL of the
 * session, so that `response.redirect().toIntended()` returns to it
 *
 * @example
 * router.get('/settings', …).use(middleware.regularUserRequired({ convertUrl: '/signup' }))
 */
export default class RegularUserRequiredMiddleware {
  async handle({ guestUser }: HttpContext, next: NextFn, options: RegularUserRequiredOptions = {}) {
    const kind = await guestUser.kind()
    if (kind === 'regular') {
      return next()
    }

    const url =
      kind === 'anonymous'
        ? guestUser.redirectPath('login', options.loginUrl)
        : guestUser.redirectPath('convert', options.convertUrl)
    throw new E_REGULAR_USER_REQUIRED().turnAway(kind, url)
  }
}
