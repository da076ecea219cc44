import { configProvider } from '@adonisjs/core'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { AuthClientResponse } from '@adonisjs/auth/types'
import type { ApplicationService } from '@adonisjs/core/types'
import { HttpContextFactory } from '@adonisjs/core/factories/http'

import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'

interface AuthConfig {
  default: string
  guards: Record<string, (ctx: unknown) => { driverName: string }>
}

/**
 * No guard of `config/auth.ts` fits. The same error as any other mistake in the
 * configuration, told apart by `guest:doctor`
 */
export class UnusableGuard extends E_INVALID_GUEST_USER_CONFIG {}

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
  const auth = await readAuthConfig(app)
  if (wanted !== undefined && !Object.hasOwn(auth.guards, wanted)) {
    throw new UnusableGuard([describeMissing(auth, 'guard', wanted)])
  }

  const usesSession = (name: string) => readDriverName(auth.guards[name]) === 'session'

  const candidates = wanted === undefined ? [auth.default, ...Object.keys(auth.guards)] : [wanted]
  const found = candidates.find(usesSession)
  if (found === undefined) {
    throw new UnusableGuard([
      wanted === undefined
        ? 'It needs a session guard, and "config/auth.ts" has none'
        : `"guard" must name a session guard of "config/auth.ts", but "${wanted}" is of another kind`,
    ])
  }
  return found
}

/**
 * @param setting in whose value the guard is named
 * @throws E_INVALID_GUEST_USER_CONFIG when there is no guard of this name
 */
export async function assertGuardExists(
  app: ApplicationService,
  setting: string,
  name: string
): Promise<void> {
  const auth = await readAuthConfig(app)
  if (!Object.hasOwn(auth.guards, name)) {
    throw new E_INVALID_GUEST_USER_CONFIG([describeMissing(auth, setting, name)])
  }
}

async function readAuthConfig(app: ApplicationService): Promise<AuthConfig> {
  const auth = await configProvider.resolve<AuthConfig>(app, app.config.get('auth'))
  if (!auth) {
    throw new UnusableGuard([
      'It needs a session guard from "config/auth.ts", which is missing. Run "node ace add @adonisjs/auth --guard=session"',
    ])
  }
  return auth
}

function describeMissing(auth: AuthConfig, setting: string, name: string): string {
  const names = Object.keys(auth.guards).join(', ')
  return `"${setting}" is "${name}", but "config/auth.ts" has only: ${names}`
}

/**
 * Guards tell their kind, but their configuration does not. One that cannot be
 * made without a real request is of no kind that is known here
 */
function readDriverName(createGuard: AuthConfig['guards'][string]): string | undefined {
  try {
    return createGuard(new HttpContextFactory().create()).driverName
  } catch {
    return undefined
  }
}

/**
 * The part of auth's manager that is needed here. Its own type is empty until
 * an application declares its guards
 */
interface ClientFactory {
  createAuthenticatorClient(): {
    use(guard: string): { authenticateAsClient(user: LucidRow): Promise<AuthClientResponse> }
  }
}

/**
 * What a client would send to be this user
 *
 * @throws when the guard does not know such users
 */
export async function authenticateAsClient(
  app: ApplicationService,
  guard: string,
  user: LucidRow
): Promise<AuthClientResponse> {
  const auth = (await app.container.make('auth.manager')) as unknown as ClientFactory
  return auth.createAuthenticatorClient().use(guard).authenticateAsClient(user)
}

/**
 * Guests of one model cannot be signed in through a guard for another
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when the guard refuses such users
 */
export async function assertGuardAccepts(
  app: ApplicationService,
  guard: string,
  userModel: LucidModel
): Promise<void> {
  const user = new userModel()
  user.$setAttribute(userModel.primaryKey, 1)
  try {
    await authenticateAsClient(app, guard, user)
  } catch (error) {
    throw new E_INVALID_GUEST_USER_CONFIG(
      [
        `The guard "${guard}" of "config/auth.ts" does not sign in users of the model "${userModel.name}". Name another "guard" or another "userModel"`,
      ],
      { cause: error }
    )
  }
}
