import type { HttpResponse } from '@adonisjs/core/http'

/**
 * Keeps an answer that signs somebody in out of shared caches: with its cookie,
 * everybody would be in one session. What the application says of
 * `Cache-Control` goes before.
 *
 * `response.vary()` and `response.header('vary', …)` do not know of each other,
 * and the latter wins
 */
export function keepPrivate(response: HttpResponse) {
  if (response.headersSent) {
    return
  }
  response.safeHeader('cache-control', 'private, no-store').vary('Cookie')

  const vary = String(response.getHeader('vary'))
  if (!/(^|[\s,])(cookie|\*)($|[\s,])/i.test(vary)) {
    response.header('vary', `${vary}, Cookie`)
  }
}
