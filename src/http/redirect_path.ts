import type { HttpContext } from '@adonisjs/core/http'
import type { HttpRouterService } from '@adonisjs/core/types'

import { findRoute, makeUrl } from '../pages/route_urls.ts'
import type { RedirectsConfig, RedirectTarget } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * `converted` is for guests who have become regular users
 */
export type RedirectName = keyof RedirectsConfig | 'converted'

/**
 * The path that a route asks for, else the one from the configuration, else the
 * package's own page if its routes are registered, else the path that the starter
 * kits use
 */
export function findRedirectPath(
  name: RedirectName,
  ctx: HttpContext,
  manager: GuestUserManager,
  ofRoute?: RedirectTarget
): string {
  const { redirects, convert } = manager.config
  const { router } = manager.engine.framework

  const find = (): RedirectTarget => {
    switch (name) {
      case 'login':
        return redirects.login ?? '/login'
      case 'anonymous':
        return redirects.anonymous ?? redirects.login ?? '/login'
      case 'registered':
        return redirects.registered ?? '/'
      case 'convert':
        return redirects.convert ?? findUrl(router, 'guest_user.convert', ctx) ?? '/signup'
      case 'converted':
        return convert.redirectTo ?? findUrl(router, 'guest_user.convert.success', ctx) ?? '/'
    }
  }

  const target = ofRoute ?? find()
  return typeof target === 'function' ? target(ctx) : target
}

/**
 * @returns undefined when the routes are not registered for this domain, or need
 * parameters that this request does not have (a page under `/:locale`)
 */
function findUrl(router: HttpRouterService, name: string, ctx: HttpContext): string | undefined {
  const route = findRoute(router, name, ctx)
  try {
    return route && makeUrl(router, route, ctx.params)
  } catch {
    return undefined
  }
}
