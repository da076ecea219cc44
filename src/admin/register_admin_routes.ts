import type { HttpContext, RouteGroup } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { Logger } from '@adonisjs/core/logger'

import { serveAsset } from '../pages/asset.ts'
import { assertPagePackages, listAdminPackages } from '../pages/page_packages.ts'
import { E_GUEST_ADMIN_FORBIDDEN } from '../errors.ts'
import { isInertiaPageVisit, requireFullVisit } from '../inertia/visit.ts'
import type { GuestUserEngine } from '../guest_user_engine.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

type Handler = (ctx: HttpContext) => unknown

/**
 * Imported by the first page that an operator opens
 */
const deletion = () => import('./deletion_controller.ts')
const guest = () => import('./guest_controller.ts')
const list = () => import('./list_controller.ts')

/**
 * Registers the admin pages. GET requests change nothing
 *
 * @param pattern where the list is, such as `/admin/guests`
 */
export function registerAdminRoutes(
  { framework, config }: GuestUserEngine,
  pattern: string
): RouteGroup {
  const { app, router } = framework
  assertPagePackages(app, 'registerAdminRoutes', listAdminPackages(config))

  const get = (path: string, handler: Handler) => router.get(path, guarded(handler))
  const post = (path: string, handler: Handler) => router.post(path, guarded(handler))

  return router
    .group(() => {
      get('/', pageOf(list, 'listGuests')).as('guest_user.admin.index')
      get('/admin.css', serveAsset('admin.css')).as('guest_user.admin.stylesheet')
      get('/admin.js', serveAsset('admin.js')).as('guest_user.admin.script')
      get('/delete', pageOf(deletion, 'showDeletion')).as('guest_user.admin.delete')
      post('/delete', pageOf(deletion, 'continueDeletion')).as('guest_user.admin.destroy')
      get('/delete/progress', pageOf(deletion, 'showProgress')).as('guest_user.admin.progress')
      get('/:guestId', pageOf(guest, 'showGuest')).as('guest_user.admin.show')
      post('/:guestId/convert', pageOf(guest, 'convertGuest')).as('guest_user.admin.convert')
    })
    .prefix(pattern)
}

function pageOf<Name extends string>(
  load: () => Promise<Record<Name, Handler>>,
  name: Name
): Handler {
  return async (ctx) => {
    const pages = await load()
    return pages[name](ctx)
  }
}

/**
 * The gate comes last, after all middleware, so that no route can miss it
 */
function guarded(handler: Handler) {
  return async (ctx: HttpContext) => {
    if (isInertiaPageVisit(ctx.request)) {
      return requireFullVisit(ctx)
    }
    const gate = await ctx.containerResolver.make(AdminGate)
    await gate.assertAllowed(ctx)
    return handler(ctx)
  }
}

/**
 * Decides who may see the admin pages: nobody, unless `admin.authorize` allows it
 */
export class AdminGate {
  #manager: GuestUserManager
  #logger: Logger
  #warned = new Set<string>()

  constructor(manager: GuestUserManager, logger: Logger) {
    this.#manager = manager
    this.#logger = logger
  }

  /**
   * Guests and anonymous visitors are refused beforehand: a rule such as
   * "everybody but Bob" would let them in
   *
   * @throws E_GUEST_ADMIN_FORBIDDEN
   */
  async assertAllowed(ctx: HttpContext): Promise<void> {
    const { authorize } = this.#manager.config.admin
    if (!authorize) {
      this.#warnOnce(
        'The admin pages of adonisjs-guest-user are closed to everybody. Say who may see them in "config/guest_user.ts", for example by a column "is_admin" of your users: admin: { authorize: ({ auth }) => Boolean(auth.user?.isAdmin) }'
      )
      throw new E_GUEST_ADMIN_FORBIDDEN()
    }

    const isAllowed = (await this.#isRegularUser(ctx)) && (await authorize(ctx))
    if (typeof isAllowed !== 'boolean') {
      this.#warnOnce(
        `"admin.authorize" of "config/guest_user.ts" must return true or false, not ${typeof isAllowed}, so nobody is let in. With Bouncer, return "bouncer.allows(…)"`
      )
    }
    if (isAllowed !== true) {
      throw new E_GUEST_ADMIN_FORBIDDEN()
    }
  }

  /**
   * According to the operators' own guard, when they have one
   */
  async #isRegularUser(ctx: HttpContext): Promise<boolean> {
    const { guard } = this.#manager.config.admin
    if (guard === undefined || guard === this.#manager.config.guard) {
      return (await ctx.guestUser.kind()) === 'regular'
    }

    const isSignedIn = await ctx.auth.checkUsing([guard as never])
    return isSignedIn && !(await this.#manager.isGuest(ctx.auth.user as LucidRow | undefined))
  }

  #warnOnce(message: string) {
    if (!this.#warned.has(message)) {
      this.#warned.add(message)
      this.#logger.warn(message)
    }
  }
}
