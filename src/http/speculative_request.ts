import type { HttpRequest } from '@adonisjs/core/http'

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
