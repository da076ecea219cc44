import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import { E_MISSING_PAGE_PACKAGE } from '../errors.ts'

/**
 * What pages are made with. Both are optional in AdonisJS: an application with an
 * API alone has neither
 */
export type PagePackage = 'edge' | 'vinejs'

/**
 * The form is validated
 */
export const CONVERT_PACKAGES: PagePackage[] = ['edge', 'vinejs']

/**
 * So is the address of a guest whom an operator converts
 */
export function listAdminPackages({ admin }: Pick<ResolvedConfig, 'admin'>): PagePackage[] {
  return admin.sendPasswordReset ? ['edge', 'vinejs'] : ['edge']
}

const NAMES = { edge: 'Edge', vinejs: 'VineJS' }
const FLAGS = { edge: 'usingEdgeJS', vinejs: 'usingVineJS' } as const

/**
 * @param pages such as `registerConvertRoutes`
 */
export function describeMissing(pages: string, name: PagePackage): string {
  return `The pages of "${pages}" need ${NAMES[name]}, which the application does not use`
}

/**
 * Lists the packages whose providers are not registered. A command may run
 * without those of the web server
 */
export function listMissing(app: ApplicationService, needed: PagePackage[]): PagePackage[] {
  const others = isServer(app) ? [] : app.rcFile.providers.map(({ file }) => String(file))
  return needed.filter(
    (name) => !app[FLAGS[name]] && !others.some((file) => file.includes(`/${name}_provider`))
  )
}

/**
 * @throws E_MISSING_PAGE_PACKAGE in a web server, where the first visitor would
 * get an error otherwise. Commands work without the pages
 */
export function assertPagePackages(app: ApplicationService, pages: string, needed: PagePackage[]) {
  const [missing] = listMissing(app, needed)
  if (missing && isServer(app)) {
    throw new E_MISSING_PAGE_PACKAGE([describeMissing(pages, missing), missing])
  }
}

function isServer(app: ApplicationService): boolean {
  return ['web', 'test'].includes(app.getEnvironment())
}
