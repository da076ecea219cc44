import type { HookParams } from '@adonisjs/assembler/types'

type ScannedRoute = ReturnType<HookParams<'routesScanned'>[1]['getScannedRoutes']>[number]

/**
 * A hook of the framework's assembler, which the application names in `adonisrc.ts`
 */
type InitHook = { run: (...parameters: HookParams<'init'>) => void }

/**
 * Their routes have these names; a group with a name puts its own in front
 */
const API = /(?:^|\.)guest_user\.api\.(store|convert|destroy)$/
const ADMIN = /(?:^|\.)guest_user\.admin\./

/**
 * Tells the registry of Tuyau what the routes of `registerApiRoutes` take and answer,
 * and keeps the admin pages out of it, which are nobody else's business. Goes before
 * `generateRegistry()`
 *
 * @example
 * // adonisrc.ts
 * hooks: {
 *   init: [indexEntities(), indexGuestRoutes(), generateRegistry()],
 * }
 */
export function indexGuestRoutes(): InitHook {
  return {
    run(_parent, hooks) {
      hooks.add('routesScanned', (_server, scanner) => {
        const routes = scanner.getScannedRoutes()
        const kept = routes.filter(({ name }) => !ADMIN.test(name))
        routes.splice(0, routes.length, ...kept)
        kept.forEach(addTypes)
      })
    },
  }
}

/**
 * The framework reads types from controllers of the application; these routes have
 * handlers of the package
 */
function addTypes(route: ScannedRoute) {
  const [, action] = API.exec(route.name) ?? []
  if (action === undefined) {
    return
  }
  const types = `import('adonisjs-guest-user/types')`
  route.response = { type: `${types}.GuestApiAnswers['${action}']`, imports: [] }
  if (action === 'convert') {
    route.request = { type: `${types}.GuestApiConversion`, imports: [] }
  }
}
