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
 * No guard of `config/auth.ts` fits. Same error code as other configuration
 * errors; `guest:doctor` tells them apart by class
 */
export class UnusableGuard extends E_INVALID_GUEST_USER_CONFIG {}

/**
 * Finds the guard that signs guests in: the requested one, else the default
 * guard, else the first one that uses sessions (the default guard of the API
 * starter kit uses tokens)
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when there is no such session guard
 */
export async function findSessionGuardName(
  app: ApplicationService,
  requested?: string
): Promise<string> {
  const auth = await makeAuthManager(app)
  const { config } = auth
  if (requested !== undefined && !Object.hasOwn(config.guards, requested)) {
    throw new UnusableGuard([describeMissing(auth, 'guard', requested)])
  }

  const candidates =
    requested === undefined ? [config.default, ...Object.keys(config.guards)] : [requested]
  const found = candidates.find((name) => readDriverName(auth, name) === 'session')
  if (found === undefined) {
    throw new UnusableGuard([
      requested === undefined
        ? 'It needs a session guard, and "config/auth.ts" has none'
        : `"guard" must name a session guard of "config/auth.ts", but "${requested}" is of another kind`,
    ])
  }
  return found
}

/**
 * Do visitors bring access tokens, as in the starter kit for APIs?
 */
export async function usesTokensByDefault(app: ApplicationService): Promise<boolean> {
  const auth = await makeAuthManager(app)
  return readDriverName(auth, auth.config.default) === 'access_tokens'
}

/**
 * @param setting the option that names the guard, for the message
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
 * Checks that the guard signs in users of this model
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when the guard rejects such users
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
 * The session guards besides this one that sign in users of this model
 */
export async function listOtherSessionGuards(
  app: ApplicationService,
  guard: string,
  userModel: LucidModel
): Promise<string[]> {
  const auth = await makeAuthManager(app)
  const others: string[] = []
  for (const name of Object.keys(auth.config.guards)) {
    if (name !== guard && readDriverName(auth, name) === 'session') {
      await assertGuardAccepts(app, name, userModel).then(
        () => others.push(name),
        () => undefined
      )
    }
  }
  return others
}

/**
 * What a test client must send to be signed in as this user
 *
 * @throws when the guard does not accept users of this model
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
 * A separate manager, because the application's is untyped until the
 * application declares its guards
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
 * Guards expose their driver, but their configuration does not. A guard that
 * cannot be created without a real request has an unknown driver
 */
function readDriverName(auth: Auth, guard: string): string | undefined {
  try {
    return auth.createAuthenticatorClient().use(guard).driverName
  } catch {
    return undefined
  }
}
