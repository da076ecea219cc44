import { configProvider } from '@adonisjs/core'
import { Session } from '@adonisjs/session'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

import { routerMiddleware } from './test_app.ts'

/**
 * Makes the session readonly for requests with the header `x-readonly`. Runs after
 * the session's own middleware
 */
export class ReadonlySessionMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    if (ctx.request.header('x-readonly')) {
      const app = await ctx.containerResolver.make('app')
      const config: any = await configProvider.resolve(app, app.config.get('session'))
      const emitter = await app.container.make('emitter')
      ctx.session = new Session(config, config.stores[config.store], emitter as never, ctx)
      await ctx.session.initiate(true)
    }
    return next()
  }
}

export const READONLY = { 'x-readonly': 'yes' }

export const withReadonlySessions = {
  routerMiddleware: [
    routerMiddleware.bodyparser,
    routerMiddleware.session,
    async () => ({ default: ReadonlySessionMiddleware }),
    routerMiddleware.auth,
    routerMiddleware.silentAuth,
    routerMiddleware.guestUser,
  ],
}
