import type { NextFn } from '@adonisjs/core/types/http'
import type { HttpContext, RouteGroup } from '@adonisjs/core/http'

import type { GuestUserEngine } from '../guest_user_engine.ts'
import type { ApiRoutesOptions } from '../types.ts'
import { convertGuest, createGuest, deleteGuest } from './guest_api.ts'

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
  return router
    .group(() => {
      router.post('/', (ctx) => createGuest(ctx, options)).as('guest_user.api.store')
      router.post('/convert', (ctx) => convertGuest(ctx, options)).as('guest_user.api.convert')
      router.delete('/', deleteGuest).as('guest_user.api.destroy')
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
