import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import type { Chain } from './middleware_chain.ts'
import { isRoute } from '../pages/route_urls.ts'
import { createFinding, type Finding } from './finding.ts'
import {
  describeMissing,
  listAdminPackages,
  listConvertPackages,
  listMissing,
  PACKAGES,
  type PagePackage,
} from '../pages/page_packages.ts'

/**
 * Pages that nobody can open. A web server does not start with them, but a
 * command, such as the doctor, does
 */
export function checkPagePackages(
  app: ApplicationService,
  chains: Chain[],
  config?: ResolvedConfig
): Finding[] {
  const hasRoute = (name: string) => chains.some(({ routeName }) => isRoute(routeName, name))
  const check = (pages: string, route: string, needed: PagePackage[]) =>
    (hasRoute(route) ? listMissing(app, needed) : []).map((missing) =>
      createFinding(
        'missing-page-package',
        `${describeMissing(pages, missing)}, so the server does not start`,
        `Run "node ace add ${PACKAGES[missing]}", or leave out the routes in "start/routes.ts"`
      )
    )

  return config
    ? [
        ...check('registerConvertRoutes', 'guest_user.convert', listConvertPackages(config)),
        ...check('registerAdminRoutes', 'guest_user.admin.index', listAdminPackages(config)),
      ]
    : []
}
