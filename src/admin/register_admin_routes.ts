import type { HttpContext, Router, RouteGroup } from '@adonisjs/core/http'

import { AdminGate } from './admin_gate.ts'
import { serveAsset } from '../pages/asset.ts'
import { createDeletion, showDeletion, showProgress } from './deletion_controller.ts'
import { listGuests } from './list_controller.ts'
import { convertGuest, showGuest } from './guest_controller.ts'

type Handler = (ctx: HttpContext) => unknown

/**
 * Registers the admin pages. GET only ever shows something
 *
 * @param pattern where the list is, such as `/admin/guests`
 */
export function registerAdminRoutes(router: Router, pattern: string): RouteGroup {
  const get = (path: string, handler: Handler) => router.get(path, guarded(handler))
  const post = (path: string, handler: Handler) => router.post(path, guarded(handler))

  return router
    .group(() => {
      get('/', listGuests).as('guest_user.admin.index')
      get('/admin.css', serveAsset('admin.css')).as('guest_user.admin.stylesheet')
      get('/admin.js', serveAsset('admin.js')).as('guest_user.admin.script')
      get('/delete', showDeletion).as('guest_user.admin.delete')
      post('/delete', createDeletion).as('guest_user.admin.destroy')
      get('/delete/progress', showProgress).as('guest_user.admin.progress')
      get('/:guestId', showGuest).as('guest_user.admin.show')
      post('/:guestId/convert', convertGuest).as('guest_user.admin.convert')
    })
    .prefix(pattern)
}

/**
 * Asked last, after all middleware, so that none of it can be forgotten
 */
function guarded(handler: Handler) {
  return async (ctx: HttpContext) => {
    const gate = await ctx.containerResolver.make(AdminGate)
    await gate.mustLetIn(ctx)
    return handler(ctx)
  }
}
