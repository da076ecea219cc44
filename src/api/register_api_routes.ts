import type { NextFn } from '@adonisjs/core/types/http'
import type { HttpContext, RouteGroup } from '@adonisjs/core/http'

import type { GuestUserEngine } from '../guest_user_engine.ts'
import type { ApiRoutesOptions } from '../types.ts'

/**
 * Registers the routes for clients that send an access token
 *
 * @param pattern where guests are made, such as `/guest`
 */
export function registerApiRoutes(
  { framework }: GuestUserEngine,
  pattern: string,
  options: ApiRoutesOptions = {}
): RouteGroup {
  const { router } = framework
  // Imported by the first request
  const answer = (name: 'createGuest' | 'convertGuest' | 'deleteGuest') => {
    return async (ctx: HttpContext) => {
      const api = await import('./guest_api.ts')
      return api[name](ctx, options)
    }
  }
  return router
    .group(() => {
      router.post('/', answer('createGuest')).as('guest_user.api.store')
      router.post('/convert', answer('convertGuest')).as('guest_user.api.convert')
      router.delete('/', answer('deleteGuest')).as('guest_user.api.destroy')
    })
    .prefix(pattern)
    .use(answerWithJson)
}

/**
 * Errors are answered in the format that the client accepts, and these clients need
 * not say that they read no HTML
 */
export function answerWithJson({ request }: HttpContext, next: NextFn) {
  if (request.accepts(['html', 'application/vnd.api+json', 'json']) === 'html') {
    request.headers().accept = 'application/json'
  }
  return next()
}
