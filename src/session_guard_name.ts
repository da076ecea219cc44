import { configProvider } from '@adonisjs/core'
import type { ApplicationService } from '@adonisjs/core/types'
import { HttpContextFactory } from '@adonisjs/core/factories/http'

import { E_INVALID_GUEST_USER_CONFIG } from './errors.ts'

interface AuthConfig {
  default: string
  guards: Record<string, (ctx: unknown) => { driverName: string }>
}

/**
 * The guard that guests are signed in through: the one that is wanted, else the
 * default guard, else the first one that uses sessions (the default guard of
 * the API starter kit uses tokens)
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when there is no such session guard
 */
export async function findSessionGuardName(
  app: ApplicationService,
  wanted?: string
): Promise<string> {
  const auth = await configProvider.resolve<AuthConfig>(app, app.config.get('auth'))
  if (!auth) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      'It needs a session guard from "config/auth.ts", which is missing. Run "node ace add @adonisjs/auth --guard=session"',
    ])
  }

  const names = Object.keys(auth.guards)
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"guard" is "${wanted}", but "config/auth.ts" has only: ${names.join(', ')}`,
    ])
  }

  // Guards tell their kind, but their configuration does not
  const ctx = new HttpContextFactory().create()
  const usesSession = (name: string) => auth.guards[name](ctx).driverName === 'session'

  const candidates = wanted === undefined ? [auth.default, ...names] : [wanted]
  const found = candidates.find(usesSession)
  if (found === undefined) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      wanted === undefined
        ? 'It needs a session guard, and "config/auth.ts" has none'
        : `"guard" must name a session guard of "config/auth.ts", but "${wanted}" is of another kind`,
    ])
  }
  return found
}
