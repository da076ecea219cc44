import { configProvider } from '@adonisjs/core'
import { RuntimeException } from '@adonisjs/core/exceptions'
import type { ApplicationService } from '@adonisjs/core/types'
import type { AuthClientResponse } from '@adonisjs/auth/types'

import type { ConfiguredUser } from '../../types.ts'
import { authenticateAsClient } from '../../guests/guards.ts'

/**
 * Signs a guest in like the guard's own test clients do
 *
 * @param user a guest; created when omitted
 * @returns what a test client must send: headers with a new token where visitors bring
 * tokens, else a session
 * @throws when the user is no guest, or the session would not reach the
 * application
 */
export async function authenticateGuest(
  app: ApplicationService,
  user?: ConfiguredUser
): Promise<AuthClientResponse> {
  const { tokenGuard } = await readConfig(app)
  if (tokenGuard === undefined) {
    return authenticateGuestBySession(app, user)
  }
  return authenticateAsClient(app, tokenGuard, await provideGuest(app, user))
}

/**
 * The same for a browser, which sends no tokens
 *
 * @throws when guests have no sessions as well
 */
export async function authenticateGuestBySession(
  app: ApplicationService,
  user?: ConfiguredUser
): Promise<AuthClientResponse> {
  const { guard, tokenGuard } = await readConfig(app)
  if (guard === tokenGuard) {
    throw new RuntimeException(
      `"asGuest" cannot sign a browser in: the guests of the guard "${guard}" send access tokens. Use the API client, or name a session guard as "guard" of "config/guest_user.ts"`
    )
  }
  await assertMemoryStore(app)
  return authenticateAsClient(app, guard, await provideGuest(app, user))
}

async function readConfig(app: ApplicationService) {
  const { config } = await app.container.make('guestUser.manager')
  return config
}

async function provideGuest(app: ApplicationService, user?: ConfiguredUser) {
  const manager = await app.container.make('guestUser.manager')
  if (user && !(await manager.isGuest(user))) {
    throw new RuntimeException(
      `"asGuest" needs a guest, and user ${user.$primaryKeyValue} is none. Use "loginAs" for regular users`
    )
  }
  return user ?? (await manager.create())
}

/**
 * The test clients write sessions into this store. With another one, the
 * application would see nobody
 */
async function assertMemoryStore(app: ApplicationService) {
  const session = await configProvider.resolve<{ store: string }>(app, app.config.get('session'))
  if (session && session.store !== 'memory') {
    throw new RuntimeException(
      `"asGuest" needs the session store "memory", but it is "${session.store}" in tests. Set SESSION_DRIVER=memory in ".env.test"`
    )
  }
}
