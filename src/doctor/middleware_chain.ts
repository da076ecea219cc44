import type { ApplicationService } from '@adonisjs/core/types'
import InitializeAuthMiddleware from '@adonisjs/auth/initialize_auth_middleware'

import { messageOf } from './finding.ts'
import { answerWithJson } from '../api/register_api_routes.ts'
import AllowGuestUserMiddleware from '../middleware/allow_guest_user_middleware.ts'
import UnregisteredOnlyMiddleware from '../middleware/unregistered_only_middleware.ts'
import GuestUserRequiredMiddleware from '../middleware/guest_user_required_middleware.ts'
import RegularUserRequiredMiddleware from '../middleware/regular_user_required_middleware.ts'
import InitializeGuestUserMiddleware from '../middleware/initialize_guest_user_middleware.ts'

/**
 * The middleware that matter here. `guard` stands for those that use
 * `ctx.guestUser`
 */
export type Link = 'session' | 'auth' | 'guestUser' | 'guard'

/**
 * A middleware as router and server store it
 */
interface StoredMiddleware {
  name?: string
  reference: unknown
}

/**
 * A route with everything that runs before its handler, in order
 */
export interface Chain {
  /**
   * Such as `GET /login`
   */
  title: string
  pattern: string
  routeName?: string
  links: Link[]

  /**
   * Named middleware of the route, with their classes
   */
  named: { name: string; middleware: unknown }[]

  /**
   * Has it middleware of its own besides that of the package, such as a throttle?
   */
  isBounded: boolean
}

interface Route {
  pattern: string
  methods: string[]
  name?: string
  middleware: { all(): Set<StoredMiddleware | ((...args: unknown[]) => unknown)> }
}

/**
 * Modules are recognised by their names as well, for applications with a second
 * copy of a package
 */
const KNOWN: { link: Link; classes: unknown[]; specifier: RegExp }[] = [
  {
    link: 'session',
    // The package need not be installed
    classes: [],
    specifier: /@adonisjs\/session\/session_middleware/,
  },
  {
    link: 'auth',
    classes: [InitializeAuthMiddleware],
    specifier: /@adonisjs\/auth\/initialize_auth_middleware/,
  },
  {
    link: 'guestUser',
    classes: [InitializeGuestUserMiddleware],
    specifier: /adonisjs-guest-user\/initialize_guest_user_middleware/,
  },
  {
    link: 'guard',
    classes: [
      AllowGuestUserMiddleware,
      GuestUserRequiredMiddleware,
      RegularUserRequiredMiddleware,
      UnregisteredOnlyMiddleware,
    ],
    specifier:
      /adonisjs-guest-user\/(allow_guest_user|guest_user_required|regular_user_required|unregistered_only)_middleware/,
  },
]

/**
 * Reads the middleware of all routes
 */
export class MiddlewareChains {
  /**
   * Middleware that cannot be imported
   */
  readonly broken: { source: string; reason: string }[] = []
  #classes = new Map<unknown, Promise<unknown>>()
  #sessionMiddleware: unknown

  /**
   * @throws when two routes have the same name or pattern
   */
  async read(app: ApplicationService): Promise<Chain[]> {
    const [router, server] = await Promise.all([
      app.container.make('router'),
      app.container.make('server'),
    ])
    this.#sessionMiddleware = await importSessionMiddleware()
    router.commit()
    const routes = Object.values(router.toJSON()).flat() as unknown as Route[]
    const shared = server.getMiddlewareList() as StoredMiddleware[]

    const chains: Chain[] = []
    for (const route of routes) {
      const own = [...route.middleware.all()]
      const stored = [...shared, ...own].filter(isStored)
      chains.push({
        title: `${route.methods.filter((method) => method !== 'HEAD').join('|')} ${route.pattern}`,
        pattern: route.pattern,
        routeName: route.name,
        links: await this.#recognizeAll(stored),
        named: await Promise.all(
          stored
            .filter((middleware) => middleware.name !== undefined)
            .map(async ({ name, reference }) => ({
              name: name!,
              middleware: await this.#import(reference),
            }))
        ),
        isBounded: stored.some(isThrottle) || own.some(isOfApplication),
      })
    }
    return chains
  }

  async #recognizeAll(stored: StoredMiddleware[]): Promise<Link[]> {
    const links = await Promise.all(stored.map(({ reference }) => this.#recognize(reference)))
    return links.filter((link) => link !== undefined)
  }

  async #recognize(reference: unknown): Promise<Link | undefined> {
    const middleware = await this.#import(reference)
    if (isOrExtends(middleware, this.#sessionMiddleware)) {
      return 'session'
    }
    const known = KNOWN.find(
      ({ classes, specifier }) =>
        classes.some((it) => isOrExtends(middleware, it)) || specifier.test(String(reference))
    )
    return known?.link
  }

  /**
   * @returns undefined when it cannot be imported
   */
  #import(reference: unknown): Promise<unknown> {
    let middleware = this.#classes.get(reference)
    if (!middleware) {
      middleware = importMiddleware(reference).catch((error) => {
        this.broken.push({ source: String(reference), reason: messageOf(error) })
        return undefined
      })
      this.#classes.set(reference, middleware)
    }
    return middleware
  }
}

const MOST_ROUTES = 3

/**
 * `"GET /cart", "GET /login"`
 */
export function listRoutes(chains: Chain[]): string {
  const titles = chains.slice(0, MOST_ROUTES).map(({ title }) => `"${title}"`)
  const more = chains.length - titles.length
  return titles.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/**
 * By its name alone: applications write their own
 */
function isThrottle({ reference }: StoredMiddleware): boolean {
  return /throttl|limit/i.test(String(reference))
}

/**
 * Those of limiters are plain functions. Named middleware, which has arguments, is what
 * the application wants on this route
 */
function isOfApplication(middleware: unknown): boolean {
  return typeof middleware === 'function'
    ? middleware !== answerWithJson
    : 'args' in (middleware as StoredMiddleware)
}

/**
 * Plain functions have no class to compare
 */
function isStored(middleware: unknown): middleware is StoredMiddleware {
  return typeof middleware === 'object' && middleware !== null && 'reference' in middleware
}

async function importSessionMiddleware(): Promise<unknown> {
  return import('@adonisjs/session/session_middleware').then(
    (module) => module.default,
    () => undefined
  )
}

async function importMiddleware(reference: unknown): Promise<unknown> {
  if (typeof reference !== 'function' || String(reference).startsWith('class')) {
    return reference
  }
  const imported = await reference()
  return imported?.default ?? imported
}

function isOrExtends(middleware: unknown, known: unknown): boolean {
  return (
    typeof middleware === 'function' &&
    typeof known === 'function' &&
    (middleware === known || middleware.prototype instanceof known)
  )
}
