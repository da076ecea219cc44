import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { defineConfig, formatters } from '@adonisjs/i18n'

import { routerMiddleware, type TestAppOptions } from './test_app.ts'

/**
 * Headers of a German visitor
 */
export const GERMAN = { 'accept-language': 'de' }

/**
 * Options of an application with translations, and the middleware from the
 * documentation of `@adonisjs/i18n`
 */
export function inGerman(translations: Record<string, string>): TestAppOptions {
  return {
    shield: false,
    providers: [() => import('@adonisjs/i18n/i18n_provider')],
    config: {
      i18n: defineConfig({
        defaultLocale: 'en',
        supportedLocales: ['de', 'en'],
        formatter: formatters.icu(),
        loaders: [() => ({ load: async () => ({ de: translations }) })],
      }),
    },
    routerMiddleware: [
      routerMiddleware.bodyparser,
      routerMiddleware.session,
      async () => ({ default: DetectLocale }),
      routerMiddleware.auth,
      routerMiddleware.silentAuth,
      routerMiddleware.guestUser,
    ],
  }
}

class DetectLocale {
  async handle(ctx: HttpContext, next: NextFn) {
    const manager = await ctx.containerResolver.make('i18n')
    const i18n = manager.locale(ctx.request.language(['de', 'en']) ?? 'en')
    Object.assign(ctx, { i18n })
    ctx.view.share({ i18n })
    return next()
  }
}
