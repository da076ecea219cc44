import type { HttpContext } from '@adonisjs/core/http'

/**
 * A confirmation that was left open over lunch still works
 */
const LONGEST_LIFE = '2 hours'

/**
 * Puts something into a URL or a form that nobody can change: where a page of
 * the list begins, or which guests a confirmation page showed
 *
 * @param purpose what is sealed for one cannot be used for another
 */
export async function seal(ctx: HttpContext, purpose: string, state: unknown): Promise<string> {
  const encryption = await ctx.containerResolver.make('encryption')
  return encryption.getMessageVerifier().sign(state, LONGEST_LIFE, `guest_user.${purpose}`)
}

/**
 * @returns null when it was changed, is too old, or is something else
 */
export async function unseal<State>(
  ctx: HttpContext,
  purpose: string,
  sealed: unknown
): Promise<State | null> {
  if (typeof sealed !== 'string') {
    return null
  }
  const encryption = await ctx.containerResolver.make('encryption')
  try {
    return encryption.getMessageVerifier().unsign(sealed, `guest_user.${purpose}`)
  } catch {
    return null
  }
}
