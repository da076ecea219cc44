import type { HttpContext } from '@adonisjs/core/http'
import type { HttpRouterService } from '@adonisjs/core/types'

/**
 * The router's own type knows only the route names of one application
 */
type UrlFor = (
  name: string,
  parameters: Record<string, unknown>,
  options?: { qs?: Record<string, unknown> }
) => string

const ROOT = 'root'

/**
 * Is this one of the package's own routes, in a group with a name or not?
 *
 * @example
 * isRoute('site.guest_user.convert', 'guest_user.convert') // true
 */
export function isRoute(routeName: string | undefined, name: string): boolean {
  return routeName === name || Boolean(routeName?.endsWith(`.${name}`))
}

/**
 * Finds one of the package's own routes for a request: the one of the same domain
 * and, if there are several, of the same groups
 *
 * @returns its identifier for `urlFor`, undefined when it is not registered there
 */
export function findRoute(
  router: HttpRouterService,
  name: string,
  { route }: Pick<HttpContext, 'route'>
): string | undefined {
  const domain = route?.domain ?? ROOT
  const groupOf = (found: string) => found.slice(0, found.length - name.length)
  const isAround = (found: string) => (route?.name ?? '').startsWith(groupOf(found))

  const found = (router.toJSON()[domain] ?? [])
    .map((candidate) => candidate.name)
    .filter((candidate) => candidate !== undefined && isRoute(candidate, name))
    .sort((one, other) => other!.length - one!.length) as string[]
  const best = found.find(isAround) ?? found[0]
  return best === undefined || domain === ROOT ? best : `${domain}@${best}`
}

/**
 * Creates URLs of the package's own routes, which may be under `/:locale`, in a
 * group with a name, and in one of a domain
 *
 * @example
 * const urlFor = await createUrlFor(ctx)
 * urlFor('guest_user.admin.show', { id: 7 })
 */
export async function createUrlFor(ctx: HttpContext) {
  const router = await ctx.containerResolver.make('router')
  return (
    name: string,
    parameters: Record<string, unknown> = {},
    qs: Record<string, unknown> = {}
  ) => makeUrl(router, findRoute(router, name, ctx) ?? name, { ...ctx.params, ...parameters }, qs)
}

/**
 * @throws when the route wants a parameter that is not there
 */
export function makeUrl(
  router: HttpRouterService,
  identifier: string,
  parameters: Record<string, unknown>,
  qs?: Record<string, unknown>
): string {
  const urlFor = router.urlBuilder.urlFor as unknown as UrlFor
  return urlFor(identifier, parameters, { qs })
}
