import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { E_REGULAR_USER_REQUIRED } from '../errors.ts'

export interface RegularUserRequiredOptions {
  /**
   * Where anonymous visitors go. Defaults to `redirects.login`
   */
  loginUrl?: string

  /**
   * Where guests go. Defaults to `redirects.convert`
   */
  convertUrl?: string
}

/**
 * The route is for regular users only (`@regular_user_required` of
 * django-guest-user). The page wanted becomes the session's intended URL, so
 * that `response.redirect().toIntended()` leads back to it
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
        ? (options.loginUrl ?? guestUser.redirectPath('login'))
        : (options.convertUrl ?? guestUser.redirectPath('convert'))
    throw new E_REGULAR_USER_REQUIRED().turnAway(kind, url)
  }
}
