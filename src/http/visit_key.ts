import { createHash } from 'node:crypto'
import type { HttpContext } from '@adonisjs/core/http'

/**
 * A key shared by the parallel first requests of one visitor only: a digest of
 * the session id from the signed cookie, the IP address and the browser.
 *
 * The session id is random, secret, and rotated at sign-in, so the key is
 * worthless from then on. The address and the browser are included so that a
 * session cookie planted in a victim's browser does not give them the guest of
 * the attacker.
 *
 * @returns undefined when the request has no session cookie
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
