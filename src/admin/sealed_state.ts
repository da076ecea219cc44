import { deflateRawSync, inflateRawSync } from 'node:zlib'

import type { HttpContext } from '@adonisjs/core/http'

/**
 * A confirmation that was left open over lunch still works
 */
const LONGEST_LIFE = '2 hours'

/**
 * Puts something into a URL or a form that nobody can change: where a page of
 * the list begins, or which guests a confirmation page showed.
 *
 * Compressed, because Shield keeps the fields of a form that it refuses in the
 * session, and a browser drops a session cookie of more than 4 KB: a page of
 * UUIDs would be too many
 *
 * @param purpose what is sealed for one cannot be used for another
 */
export async function seal(ctx: HttpContext, purpose: string, state: unknown): Promise<string> {
  const encryption = await ctx.containerResolver.make('encryption')
  const packed = deflateRawSync(JSON.stringify(state)).toString('base64url')
  return encryption.getMessageVerifier().sign(packed, LONGEST_LIFE, `guest_user.${purpose}`)
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
    const packed: string | null = encryption
      .getMessageVerifier()
      .unsign(sealed, `guest_user.${purpose}`)
    return packed && JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url')).toString())
  } catch {
    return null
  }
}
