import { createHash } from 'node:crypto'
import type { HttpContext, HttpRequest } from '@adonisjs/core/http'

/**
 * A key that parallel first requests of one visitor have in common, and nobody
 * else: a digest of the session id that came in the signed cookie, of the
 * address and of the browser.
 *
 * The session id is random and secret, and changes at sign-in, so the key is
 * worthless from then on. The address and the browser are in it so that a
 * session cookie planted in somebody's browser does not lead into the guest of
 * whoever planted it.
 *
 * @returns undefined when the request brought no session cookie
 */
export function createVisitKey({ session, request }: HttpContext): string | undefined {
  if (session.fresh) {
    return undefined
  }

  return createHash('sha256')
    .update(
      JSON.stringify([
        'adonisjs-guest-user:visit',
        session.sessionId,
        request.ip(),
        request.header('user-agent', ''),
      ])
    )
    .digest('hex')
}

/**
 * Methods that ask about a page rather than for it
 */
const PROBING_METHODS = ['HEAD', 'OPTIONS']

/**
 * `Sec-Purpose` is the standard (prefetch, prefetch;prerender); the others are
 * sent by older browsers
 */
const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']
const SPECULATIVE_PURPOSE = /prefetch|prerender|preview/i

/**
 * Is this a request that no visitor made: a browser that fetches a page ahead,
 * or a client that only asks for headers?
 */
export function isSpeculativeRequest(request: HttpRequest): boolean {
  return (
    PROBING_METHODS.includes(request.method()) ||
    PURPOSE_HEADERS.some((header) => SPECULATIVE_PURPOSE.test(request.header(header, '')!))
  )
}
