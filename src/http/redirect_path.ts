import type { HttpContext } from '@adonisjs/core/http'

import type { RedirectsConfig, RedirectTarget } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * `converted` is where guests go who became regular users
 */
export type RedirectName = keyof RedirectsConfig | 'converted'

/**
 * Where visitors are sent: what the configuration says, else the package's own
 * page where its routes are registered, else what the starter kits have
 */
export function findRedirectPath(
  name: RedirectName,
  ctx: HttpContext,
  manager: GuestUserManager
): string {
  const { redirects, convert } = manager.config

  const find = (): RedirectTarget => {
    switch (name) {
      case 'login':
        return redirects.login ?? '/login'
      case 'anonymous':
        return redirects.anonymous ?? redirects.login ?? '/login'
      case 'registered':
        return redirects.registered ?? '/'
      case 'convert':
        return redirects.convert ?? manager.findUrl('guest_user.convert', ctx.params) ?? '/signup'
      case 'converted':
        return (
          convert.redirectTo ?? manager.findUrl('guest_user.convert.success', ctx.params) ?? '/'
        )
    }
  }

  const target = find()
  return typeof target === 'function' ? target(ctx) : target
}
