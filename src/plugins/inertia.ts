import type { HttpContext } from '@adonisjs/core/http'

import type { VisitorKind } from '../types.ts'

/**
 * Plain data, so that pages of Inertia can have it
 */
export type VisitorProps = {
  kind: VisitorKind
  isGuest: boolean
}

/**
 * Tells every page of Inertia who is here. Nobody on pages that are rendered before
 * the visitor is known (404), and when the database does not answer: it is called
 * for the error page as well
 *
 * @returns the kind of the visitor, and whether they are a guest
 *
 * @example
 * async share(ctx: HttpContext) {
 *   return { visitor: ctx.inertia.always(await describeVisitor(ctx)) }
 * }
 */
export async function describeVisitor(ctx: HttpContext): Promise<VisitorProps> {
  const kind = await findKind(ctx)
  return { kind, isGuest: kind === 'guest' }
}

async function findKind(ctx: HttpContext): Promise<VisitorKind> {
  // The getter that stands in for it throws
  if (!Object.hasOwn(ctx, 'guestUser')) {
    return 'anonymous'
  }
  try {
    return await ctx.guestUser.kind()
  } catch (error) {
    ctx.logger.error({ err: error }, 'cannot tell who the visitor is')
    return 'anonymous'
  }
}
