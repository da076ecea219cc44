import { AuthManager } from '@adonisjs/auth'
import { configProvider } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { AuthClientResponse, GuardContract } from '@adonisjs/auth/types'
import type { ApplicationService } from '@adonisjs/core/types'

import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'

type Guards = Record<string, (ctx: HttpContext) => GuardContract<unknown>>
type Auth = AuthManager<Guards>

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
  const auth = await makeAuthManager(app)
  const { config } = auth
  if (wanted !== undefined && !Object.hasOwn(config.guards, wanted)) {
    throw new UnusableGuard([describeMissing(auth, 'guard', wanted)])
  }

  const candidates =
    wanted === undefined ? [config.default, ...Object.keys(config.guards)] : [wanted]
  const found = candidates.find((name) => readDriverName(auth, name) === 'session')
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
  const auth = await makeAuthManager(app)
  if (!Object.hasOwn(auth.config.guards, name)) {
    throw new E_INVALID_GUEST_USER_CONFIG([describeMissing(auth, setting, name)])
  }
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
  const auth = await makeAuthManager(app)
  return auth.createAuthenticatorClient().use(guard).authenticateAsClient(user)
}

/**
 * Of its own, since the type of the application's is empty until it declares its
 * guards
 */
async function makeAuthManager(app: ApplicationService): Promise<Auth> {
  const config = await configProvider.resolve<Auth['config']>(app, app.config.get('auth'))
  if (!config) {
    throw new UnusableGuard([
      'It needs a session guard from "config/auth.ts", which is missing. Run "node ace add @adonisjs/auth --guard=session"',
    ])
  }
  return new AuthManager(config)
}

function describeMissing({ config }: Auth, setting: string, name: string): string {
  const names = Object.keys(config.guards).join(', ')
  return `"${setting}" is "${name}", but "config/auth.ts" has only: ${names}`
}

/**
 * Guards tell their kind, but their configuration does not. One that cannot be
 * made without a real request is of no kind that is known here
 */
function readDriverName(auth: Auth, guard: string): string | undefined {
  try {
    return auth.createAuthenticatorClient().use(guard).driverName
  } catch {
    return undefined
  }
}
