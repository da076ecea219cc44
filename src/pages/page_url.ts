import type { HttpContext } from '@adonisjs/core/http'

/**
 * An application's route names are not known here
 */
type UrlFor = (
  name: string,
  parameters: Record<string, unknown>,
  options?: { qs?: Record<string, unknown> }
) => string

/**
 * Makes URLs of the package's own routes, which may be under `/:locale`, and in a
 * group with a name
 *
 * @example
 * const urlFor = await createUrlFor(ctx)
 * urlFor('guest_user.admin.show', { id: 7 })
 */
export async function createUrlFor(ctx: HttpContext) {
  const router = await ctx.containerResolver.make('router')
  const urlFor = router.urlBuilder.urlFor as unknown as UrlFor
  const group = /^.*?(?=guest_user\.)/.exec(ctx.route?.name ?? '')?.[0] ?? ''

  return (
    name: string,
    parameters: Record<string, unknown> = {},
    qs: Record<string, unknown> = {}
  ) => urlFor(`${group}${name}`, { ...ctx.params, ...parameters }, { qs })
}
