import type { RouteGroup } from '@adonisjs/core/http'

import { serveAsset } from '../pages/asset.ts'
import type { GuestUserEngine } from '../guest_user_engine.ts'
import { assertPagePackages, listConvertPackages } from '../pages/page_packages.ts'

const ConvertController = () => import('./convert_controller.ts')

/**
 * Registers the conversion page: the form, its submission, and the page that
 * confirms it
 *
 * @param pattern where the form is, such as `/convert`
 */
export function registerConvertRoutes(
  { config, framework }: GuestUserEngine,
  pattern: string
): RouteGroup {
  const { app, router } = framework
  assertPagePackages(app, 'registerConvertRoutes', listConvertPackages(config))

  return router
    .group(() => {
      router.get('/', [ConvertController, 'create']).as('guest_user.convert')
      router.post('/', [ConvertController, 'store']).as('guest_user.convert.store')
      router.get('/success', [ConvertController, 'success']).as('guest_user.convert.success')
      router
        .get('/guest_user.css', serveAsset('guest_user.css'))
        .as('guest_user.convert.stylesheet')
    })
    .prefix(pattern)
}
