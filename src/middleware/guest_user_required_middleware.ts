import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { E_GUEST_USER_REQUIRED } from '../errors.ts'
import type { RedirectTarget } from '../types.ts'

export interface GuestUserRequiredOptions {
  /**
   * Where anonymous visitors are redirected. Defaults to `redirects.anonymous`
   */
  anonymousUrl?: RedirectTarget

  /**
   * Where regular users are redirected. Defaults to `redirects.registered`
   */
  registeredUrl?: RedirectTarget
}

/**
 * Restricts a route to guests (`@guest_user_required` of django-guest-user).
 * The requested page is not stored as the intended URL: the visitors redirected
 * here cannot become guests
 *
 * @example
 * router.get('/why-register', …).use(middleware.guestUserRequired({ registeredUrl: '/home' }))
 */
export default class GuestUserRequiredMiddleware {
  async handle({ guestUser }: HttpContext, next: NextFn, options: GuestUserRequiredOptions = {}) {
    const kind = await guestUser.kind()
    if (kind === 'guest') {
      return next()
    }

    const url =
      kind === 'anonymous'
        ? guestUser.redirectPath('anonymous', options.anonymousUrl)
        : guestUser.redirectPath('registered', options.registeredUrl)
    throw new E_GUEST_USER_REQUIRED().turnAway(kind, url)
  }
}
