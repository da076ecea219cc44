import { deflateRawSync, inflateRawSync } from 'node:zlib'

import type { HttpContext } from '@adonisjs/core/http'

/**
 * A confirmation that was left open over lunch still works
 */
const LONGEST_LIFE = '2 hours'

/**
 * Signs state that travels in a URL or a form: where a page of the list begins,
 * or which guests a confirmation page showed.
 *
 * Compressed, because Shield keeps the fields of a form that it refuses in the
 * session, and browsers drop a session cookie of more than 4 KB. Without
 * compression, a page of 50 UUIDs would not fit
 *
 * @param purpose state that is sealed for one cannot be used for another
 */
export async function seal(ctx: HttpContext, purpose: string, state: unknown): Promise<string> {
  const encryption = await ctx.containerResolver.make('encryption')
  const packed = deflateRawSync(JSON.stringify(state)).toString('base64url')
  return encryption.getMessageVerifier().sign(packed, LONGEST_LIFE, `guest_user.${purpose}`)
}

/**
 * @returns null when it was tampered with, is too old, or has another purpose
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
