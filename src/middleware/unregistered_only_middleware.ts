import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { E_ALREADY_REGISTERED } from '../errors.ts'
import type { RedirectTarget } from '../types.ts'

export interface UnregisteredOnlyOptions {
  /**
   * Where regular users are redirected. Defaults to `redirects.registered`
   */
  registeredUrl?: RedirectTarget
}

/**
 * For login and signup pages: open to anonymous visitors and guests, closed to
 * regular users. The starter kits' own `guest` middleware would lock guests out
 *
 * @example
 * router.get('/login', …).use(middleware.unregisteredOnly())
 */
export default class UnregisteredOnlyMiddleware {
  async handle({ guestUser }: HttpContext, next: NextFn, options: UnregisteredOnlyOptions = {}) {
    const kind = await guestUser.kind()
    if (kind !== 'regular') {
      return next()
    }

    const url = guestUser.redirectPath('registered', options.registeredUrl)
    throw new E_ALREADY_REGISTERED().turnAway(kind, url)
  }
}
