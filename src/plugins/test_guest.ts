import type { ApplicationService } from '@adonisjs/core/types'
import type { AuthClientResponse } from '@adonisjs/auth/types'

import type { ConfiguredUser } from '../types.ts'

/**
 * The part of auth's manager that is needed here. Its own type is empty until
 * an application declares its guards
 */
interface TestClientFactory {
  createAuthenticatorClient(): {
    use(guard: string): {
      authenticateAsClient(user: ConfiguredUser): Promise<AuthClientResponse>
    }
  }
}

/**
 * Signs a guest in the way the guard's own test clients do
 *
 * @param user a guest; a new one is made without it
 * @returns what a test client has to send
 */
export async function authenticateGuest(
  app: ApplicationService,
  user?: ConfiguredUser
): Promise<AuthClientResponse> {
  const manager = await app.container.make('guestUser.manager')
  const auth = (await app.container.make('auth.manager')) as unknown as TestClientFactory
  return auth
    .createAuthenticatorClient()
    .use(manager.config.guard)
    .authenticateAsClient(user ?? (await manager.create()))
}
