import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import type { Subject } from './check_configuration.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { isRoute } from '../pages/route_urls.ts'
import { createFinding, type Finding } from './finding.ts'
import { listRoutes, type Chain } from './middleware_chain.ts'
import { listTokenProviders } from '../guests/user_tokens.ts'
import { readTableColumns } from '../database/table_columns.ts'
import { listTokenGuards, makesOwnTokens } from '../guests/guards.ts'
import AllowGuestUserMiddleware from '../middleware/allow_guest_user_middleware.ts'

const REGISTER = `Register the routes for tokens in "start/routes.ts":\nguestUsers.registerApiRoutes('/guest')`

/**
 * Can clients that send tokens become guests, and are there bounds to it?
 */
export async function checkTokenRoutes(
  app: ApplicationService,
  chains: Chain[],
  config?: ResolvedConfig
): Promise<Finding[]> {
  const creating = chains.filter(({ routeName }) => isRoute(routeName, 'guest_user.api.store'))
  const guards = creating.length > 0 ? await listTokenGuards(app) : []
  if (creating.length > 0 && guards.length === 0) {
    return [
      createFinding(
        'api-without-token-guard',
        `${listRoutes(creating)} answers with an error: "config/auth.ts" has no guard for access tokens`,
        'Run "node ace configure @adonisjs/auth --guard=access_tokens", or remove "registerApiRoutes" from "start/routes.ts"'
      ),
    ]
  }
  return [
    ...(config ? describeMakers(creating, chains, config) : []),
    ...describeUnbounded(creating.filter(({ isBounded }) => !isBounded)),
  ]
}

function describeMakers(
  creating: Chain[],
  chains: Chain[],
  { enabled, tokenGuard }: ResolvedConfig
): Finding[] {
  if (!enabled || tokenGuard === undefined) {
    return []
  }
  const nameGuard = `name the guard of your pages in "config/guest_user.ts":\nguard: 'web',`
  if (creating.length === 0) {
    return [
      createFinding(
        'tokens-without-api-routes',
        `The guests' guard "${tokenGuard}" is one for access tokens, but no route gives a guest a token`,
        `${REGISTER}\nOr, if visitors come with a browser, ${nameGuard}`
      ),
    ]
  }
  const allowing = chains.filter(({ named }) =>
    named.some(({ middleware }) => middleware === AllowGuestUserMiddleware)
  )
  if (allowing.length === 0) {
    return []
  }
  return [
    createFinding(
      'allow-makes-no-guest',
      `"middleware.allowGuestUser()" makes no guest on ${listRoutes(allowing)}: the guests' guard "${tokenGuard}" is one for access tokens, so clients make guests by ${listRoutes(creating)}`,
      `Nothing, if only clients with a token come here. If visitors come with a browser, ${nameGuard}`
    ),
  ]
}

/**
 * A proxy may bound them, of which the doctor knows nothing
 */
function describeUnbounded(creating: Chain[]): Finding[] {
  if (creating.length === 0) {
    return []
  }
  return [
    createFinding(
      'api-without-throttle',
      `${listRoutes(creating)} has no throttle: one client may make any number of guests`,
      `Unless a proxy bounds them, run "node ace add @adonisjs/limiter", define a limiter in "start/limiter.ts", and write in "start/routes.ts":\nguestUsers.registerApiRoutes('/guest').use(guestThrottle)`
    ),
  ]
}

/**
 * Logins merge when the provider on the user model is asked for a token. The
 * application's own kinds of tokens do not ask it
 */
export async function checkTokenGuard({ app, config, userModel }: Subject): Promise<Finding[]> {
  const { tokenGuard } = config
  if (
    tokenGuard === undefined ||
    config.mergeMode === 'off' ||
    !(await makesOwnTokens(app, tokenGuard, userModel))
  ) {
    return []
  }
  return [
    createFinding(
      'login-does-not-merge',
      `The guard "${tokenGuard}" of "config/auth.ts" makes its tokens without a provider of the model "${userModel.name}": a guest who logs in is not merged`,
      'Write in your login controller, before it makes the token:\nif (await guestUser.check()) await guestUser.mergeInto(user)'
    ),
  ]
}

/**
 * Have the migrations for access tokens been run?
 */
export async function checkTokenTables(subject: SubjectWithDatabase): Promise<Finding[]> {
  const { client, config, userModel, connectionFlag } = subject
  if (config.tokenGuard === undefined) {
    return []
  }
  const findings: Finding[] = []
  for (const { table, type } of listTokenProviders(userModel)) {
    // Those without a type are for remember-me tokens
    const columns = type === undefined ? undefined : await readTableColumns(client, table)
    if (columns?.length === 0) {
      findings.push(
        createFinding(
          'missing-tokens-table',
          `The table "${table}" of the access tokens does not exist`,
          `Run "node ace migration:run${connectionFlag}". If there is no migration for it, run "node ace configure @adonisjs/auth --guard=access_tokens" first`
        )
      )
    }
  }
  return findings
}
