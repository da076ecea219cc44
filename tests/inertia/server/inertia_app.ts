import { join } from 'node:path'
import type { HttpContext } from '@adonisjs/core/http'
import { defineConfig as defineInertia } from '@adonisjs/inertia'
import { defineConfig as defineVite } from '@adonisjs/vite'

import { createTestApp, type TestApp, type TestAppOptions } from '../../app/test_app.ts'

const LAYOUT = `<!doctype html>
<html>
  <head>
    <title inertia>Shop</title>
    <link rel="icon" href="data:,">
    @vite(['app.tsx'])
  </head>
  <body>
    @inertia()
  </body>
</html>`

/**
 * The types of the pages are generated in applications
 */
export function render(ctx: HttpContext, page: string, props: Record<string, unknown> = {}) {
  return ctx.inertia.render(page as never, props as never)
}

/**
 * A shop with Inertia and React
 *
 * @param client the folder of the built pages
 */
export function createInertiaApp(client: string, options: TestAppOptions = {}): Promise<TestApp> {
  return createTestApp({
    sessionStore: 'memory',
    ...options,
    views: { inertia_layout: LAYOUT, ...options.views },
    providers: [
      ...(options.providers ?? []),
      () => import('@adonisjs/vite/vite_provider'),
      () => import('@adonisjs/inertia/inertia_provider'),
    ],
    config: {
      ...options.config,
      inertia: defineInertia({}),
      vite: defineVite({
        buildDirectory: client,
        manifestFile: join(client, '.vite/manifest.json'),
        assetsUrl: '/assets',
      }),
    },
    serverMiddleware: options.serverMiddleware ?? [() => import('./inertia_middleware.ts')],
    exceptionHandler: options.exceptionHandler ?? (() => import('./exception_handler.ts')),
    routes(router, middleware, guestUsers) {
      guestUsers.registerConvertRoutes('/convert')
      guestUsers.registerAdminRoutes('/admin')

      const showText = (title: string) => (ctx: HttpContext) => render(ctx, 'text', { title })
      router.get('/', showText('Welcome'))
      router
        .group(() => {
          router.get('/cart', (ctx) =>
            render(ctx, 'cart', { owner: (ctx.auth.user as any)?.id ?? null })
          )
          router.post('/cart', ({ response }) => response.redirect('/cart'))
        })
        .use(middleware.allowGuestUser())
      router
        .group(() => {
          router.get('/orders', showText('Your orders'))
          router.get('/orders/new', showText('New order'))
        })
        .use(middleware.regularUserRequired())
      router
        .group(() => {
          router.get('/login', showText('Log in'))
          router.get('/signup', (ctx) => render(ctx, 'signup'))
          router.post('/signup', async ({ guestUser, request, response }) => {
            await guestUser.register(request.only(['email', 'password']) as never)
            return response.redirect().toIntended('/')
          })
        })
        .use(middleware.unregisteredOnly())
      router.get('/assets/*', ({ params, response }) =>
        response.download(join(client, ...params['*']))
      )
      options.routes?.(router, middleware, guestUsers)
    },
  })
}
