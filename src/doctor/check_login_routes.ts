import type { ResolvedConfig } from '../types.ts'
import type { Chain } from './middleware_chain.ts'
import { listRoutes } from './check_middleware.ts'
import { createFinding, type Finding } from './finding.ts'
import UnregisteredOnlyMiddleware from '../middleware/unregistered_only_middleware.ts'

/**
 * What the starter kits call the middleware that turns everybody away who is
 * signed in
 */
const KIT_MIDDLEWARE = 'guest'

/**
 * Parts of patterns and names of routes that lead to an account
 */
const ACCOUNT_WORDS =
  /(^|[/._-])(log-?_?in|sign-?_?in|sign-?_?up|register|registration|session|new_account)([/._-]|$)/i

/**
 * A guest is signed in, so the starter kits' `guest` middleware keeps them from
 * logging in and from signing up. What a middleware of the application does is
 * not known here, only its name
 */
export function checkLoginRoutes(chains: Chain[], config?: ResolvedConfig): Finding[] {
  const closed = chains.filter(
    (chain) =>
      leadsToAccount(chain, config) &&
      chain.named.some(
        ({ name, middleware }) =>
          name === KIT_MIDDLEWARE && middleware !== UnregisteredOnlyMiddleware
      )
  )
  if (closed.length === 0) {
    return []
  }

  return [
    createFinding(
      'login-shuts-guests-out',
      `"middleware.${KIT_MIDDLEWARE}()" in "start/routes.ts" turns everybody away who is signed in, and guests are: they cannot reach ${listRoutes(closed)}`,
      `On these routes, write instead of "middleware.${KIT_MIDDLEWARE}()":\n.use(middleware.unregisteredOnly())`
    ),
  ]
}

function leadsToAccount({ pattern, routeName = '' }: Chain, config?: ResolvedConfig): boolean {
  const { login, convert } = config?.redirects ?? {}
  return (
    [login, convert].includes(pattern) ||
    ACCOUNT_WORDS.test(pattern) ||
    ACCOUNT_WORDS.test(routeName)
  )
}
