import type { ResolvedConfig } from '../types.ts'
import { ACCOUNT_WORDS } from '../config/account_words.ts'
import { listRoutes, type Chain, type Link } from './middleware_chain.ts'
import { createFinding, type Finding, type FindingCode } from './finding.ts'
import UnregisteredOnlyMiddleware from '../middleware/unregistered_only_middleware.ts'

const SPECIFIERS = {
  session: '@adonisjs/session/session_middleware',
  auth: '@adonisjs/auth/initialize_auth_middleware',
  guestUser: 'adonisjs-guest-user/initialize_guest_user_middleware',
}

const MISSING: Record<keyof typeof SPECIFIERS, FindingCode> = {
  session: 'missing-session-middleware',
  auth: 'missing-auth-middleware',
  guestUser: 'missing-guest-user-middleware',
}

function describeFix(wanted: [link: string, specifier: string][]): string {
  return [
    'Write in "start/kernel.ts", in this order and with your other middleware between them:',
    'router.use([',
    ...wanted.map(([, specifier]) => `  () => import('${specifier}'),`),
    '])',
  ].join('\n')
}

/**
 * Session, then auth, then this package's, on the routes that need them: those
 * with named middleware of this package, or all where there are none. Guests with
 * tokens need no session
 */
export function checkMiddleware(chains: Chain[], config?: ResolvedConfig): Finding[] {
  const wanted = Object.entries(SPECIFIERS).filter(
    ([link]) => link !== 'session' || config?.tokenGuard === undefined
  )
  const needing = chains.filter(({ links }) => links.includes('guard'))
  const concerned = needing.length > 0 ? needing : chains

  return [
    ...findMissing(concerned, wanted, needing.length > 0),
    ...describeOrder(
      'middleware-order',
      concerned.filter(({ links }) => !isReady(links))
    ),
    ...describeOrder(
      'session-after-auth',
      concerned.filter(({ links }) => isReady(links) && !isBefore(links, 'session', 'auth'))
    ),
  ]
}

/**
 * Where no route is known to need them, one route that has them is enough
 */
function findMissing(
  chains: Chain[],
  wanted: [link: string, specifier: string][],
  allNeed: boolean
): Finding[] {
  if (chains.length === 0) {
    return []
  }
  return wanted.flatMap(([link, specifier]) => {
    const without = chains.filter(({ links }) => !links.includes(link as Link))
    const isMissing = allNeed ? without.length > 0 : without.length === chains.length
    if (!isMissing) {
      return []
    }
    const code = MISSING[link as keyof typeof SPECIFIERS]
    return [
      createFinding(
        code,
        `"${specifier}" is not in "router.use([…])" of "start/kernel.ts", so it does not run for ${listRoutes(without)}`,
        describeFix(wanted)
      ),
    ]
  })
}

/**
 * Each middleware runs after those that it needs
 */
function isReady(links: Link[]): boolean {
  return (
    isBefore(links, 'session', 'guestUser') &&
    isBefore(links, 'auth', 'guestUser') &&
    isBefore(links, 'guestUser', 'guard')
  )
}

/**
 * Missing ones have a finding of their own
 */
function isBefore(links: Link[], first: Link, second: Link): boolean {
  const position = links.indexOf(first)
  const next = links.indexOf(second)
  return position === -1 || next === -1 || position < next
}

function describeOrder(code: FindingCode, chains: Chain[]): Finding[] {
  if (chains.length === 0) {
    return []
  }
  const names = { ...SPECIFIERS, guard: 'a named middleware of "adonisjs-guest-user"' }
  const present = Object.entries(SPECIFIERS).filter(([link]) =>
    chains.some(({ links }) => links.includes(link as Link))
  )
  const order = [...new Set(chains[0].links)].map((link) => names[link]).join(', then ')
  return [
    createFinding(
      code,
      `The middleware in "start/kernel.ts" run in the wrong order for ${listRoutes(chains)}: ${order}`,
      describeFix(present)
    ),
  ]
}

/**
 * What the starter kits call the middleware that turns away everyone who is
 * signed in
 */
const KIT_MIDDLEWARE = 'guest'

/**
 * Guests are signed in, so the starter kits' `guest` middleware prevents them from
 * logging in and signing up. On other routes that may be what is wanted. Only the
 * name of the application's middleware is known here, not what it does
 */
export function checkLoginRoutes(chains: Chain[], config?: ResolvedConfig): Finding[] {
  const closed = chains.filter(({ named }) =>
    named.some(
      ({ name, middleware }) => name === KIT_MIDDLEWARE && middleware !== UnregisteredOnlyMiddleware
    )
  )
  const account = closed.filter((chain) => leadsToAccount(chain, config))
  const others = closed.filter((chain) => !account.includes(chain))

  return [
    ...describeClosed('login-shuts-guests-out', account, 'On these routes'),
    ...describeClosed('route-shuts-guests-out', others, 'If guests should reach them'),
  ]
}

function describeClosed(code: FindingCode, closed: Chain[], when: string): Finding[] {
  if (closed.length === 0) {
    return []
  }
  return [
    createFinding(
      code,
      `"middleware.${KIT_MIDDLEWARE}()" in "start/routes.ts" turns away everyone who is signed in, including guests: they cannot reach ${listRoutes(closed)}`,
      `${when}, write instead of "middleware.${KIT_MIDDLEWARE}()":\n.use(middleware.unregisteredOnly())`
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
