import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import { E_MISSING_PAGE_PACKAGE } from '../errors.ts'

/**
 * What pages are made with. All are optional in AdonisJS: an application with an
 * API alone has none
 */
export type PagePackage = 'edge' | 'vinejs' | 'inertia'

/**
 * The form is validated
 */
export function listConvertPackages({ convert }: Pick<ResolvedConfig, 'convert'>): PagePackage[] {
  return [convert.inertia ? 'inertia' : 'edge', 'vinejs']
}

/**
 * So is the address of a guest whom an operator converts
 */
export function listAdminPackages({ admin }: Pick<ResolvedConfig, 'admin'>): PagePackage[] {
  return admin.sendPasswordReset ? ['edge', 'vinejs'] : ['edge']
}

const NAMES = { edge: 'Edge', vinejs: 'VineJS', inertia: 'Inertia' }

/**
 * What AdonisJS says itself, where the application has booted
 */
const FLAGS: Partial<Record<PagePackage, 'usingEdgeJS' | 'usingVineJS'>> = {
  edge: 'usingEdgeJS',
  vinejs: 'usingVineJS',
}

/**
 * What `node ace add` wants
 */
export const PACKAGES = { edge: 'edge', vinejs: 'vinejs', inertia: '@adonisjs/inertia' }

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
  return needed.filter((name) => !isUsed(app, name))
}

function isUsed(app: ApplicationService, name: PagePackage): boolean {
  const flag = FLAGS[name]
  if (flag && (app[flag] || isServer(app))) {
    return app[flag]
  }
  return app.rcFile.providers.some(({ file }) => String(file).includes(`/${name}_provider`))
}

/**
 * @throws E_MISSING_PAGE_PACKAGE in a web server, where the first visitor would
 * get an error otherwise. Commands work without the pages
 */
export function assertPagePackages(app: ApplicationService, pages: string, needed: PagePackage[]) {
  const [missing] = listMissing(app, needed)
  if (missing && isServer(app)) {
    throw new E_MISSING_PAGE_PACKAGE([describeMissing(pages, missing), PACKAGES[missing]])
  }
}

function isServer(app: ApplicationService): boolean {
  return ['web', 'test'].includes(app.getEnvironment())
}
