import type { ApplicationService } from '@adonisjs/core/types'
import type { AuthClientResponse } from '@adonisjs/auth/types'

import type { ConfiguredUser } from '../../types.ts'
import { authenticateAsClient } from '../../guests/session_guard.ts'

/**
 * Signs a guest in like the guard's own test clients do
 *
 * @param user a guest; created when omitted
 * @returns what a test client must send
 */
export async function authenticateGuest(
  app: ApplicationService,
  user?: ConfiguredUser
): Promise<AuthClientResponse> {
  const manager = await app.container.make('guestUser.manager')
  return authenticateAsClient(app, manager.config.guard, user ?? (await manager.create()))
}
