import { AuthManager } from '@adonisjs/auth'
import { configProvider } from '@adonisjs/core'
import { RuntimeException } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { AuthClientResponse, GuardContract } from '@adonisjs/auth/types'
import type { ApplicationService } from '@adonisjs/core/types'

import { trackTokens, watchTokens } from './token_sign_in.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'

type Guards = Record<string, (ctx: HttpContext) => GuardContract<unknown>>
type Auth = AuthManager<Guards>

/**
 * No guard of `config/auth.ts` fits. Same error code as other configuration
 * errors; `guest:doctor` tells them apart by class
 */
export class UnusableGuard extends E_INVALID_GUEST_USER_CONFIG {}

/**
 * The guards of `config/auth.ts` that guests have
 */
export interface GuestGuards {
  /**
   * The one that signs guests in to sessions; where there is none, that for tokens
   */
  guard: string

  /**
   * The one for access tokens, where visitors bring those, and nothing of ours begins
   * a session
   */
  tokenGuard?: string

  /**
   * All but the one for sessions
   */
  otherGuards: string[]
}

/**
 * Finds the guards of the guests: the requested one, else the default guard, else the
 * first one of a suitable kind. Where the default guard uses tokens (as in the API
 * starter kit), guests may have sessions of another guard as well
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when no guard uses sessions or access tokens
 */
export async function findGuestGuards(
  app: ApplicationService,
  requested?: string
): Promise<GuestGuards> {
  const auth = await makeAuthManager(app)
  const { config } = auth
  if (requested !== undefined && !Object.hasOwn(config.guards, requested)) {
    throw new UnusableGuard([describeMissing(auth, 'guard', requested)])
  }

  const candidates =
    requested === undefined ? [config.default, ...Object.keys(config.guards)] : [requested]
  const find = (driver: string) => candidates.find((name) => readDriverName(auth, name) === driver)
  const [session, tokens] = [find('session'), find('access_tokens')]
  const guard = session ?? tokens
  if (guard === undefined) {
    throw new UnusableGuard([
      requested === undefined
        ? 'It needs a guard for sessions or access tokens, and "config/auth.ts" has none'
        : `"guard" must name a guard of "config/auth.ts" for sessions or access tokens, but "${requested}" is of another kind`,
    ])
  }
  const usesTokens = session === undefined || tokens === candidates[0]
  const otherGuards = Object.keys(config.guards).filter((name) => name !== session)
  return { guard, otherGuards, ...(usesTokens && { tokenGuard: tokens }) }
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
 * The guard for access tokens finds no provider of tokens on the user model
 */
export class UnusableTokenGuard extends E_INVALID_GUEST_USER_CONFIG {}

/**
 * Checks that the guards sign in users of this model. Creates no token
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when a guard rejects such users
 */
export async function assertGuardsAccept(
  app: ApplicationService,
  { guard, tokenGuard }: GuestGuards,
  userModel: LucidModel
): Promise<void> {
  if (guard !== tokenGuard) {
    await assertSessionGuardAccepts(app, guard, userModel)
  }
  if (tokenGuard !== undefined) {
    await assertTokenGuardAccepts(app, tokenGuard, userModel)
  }
}

async function assertSessionGuardAccepts(
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

async function assertTokenGuardAccepts(
  app: ApplicationService,
  guard: string,
  userModel: LucidModel
): Promise<void> {
  const refusal = await tryToken(app, guard, userModel)
  if (refusal instanceof RuntimeException) {
    throw new UnusableTokenGuard(
      [
        `The guard "${guard}" of "config/auth.ts" cannot make tokens for users of the model "${userModel.name}": ${refusal.message}`,
      ],
      { cause: refusal }
    )
  }
}

/**
 * Has the guard tokens of the application's own kind, which do not ask the user model?
 * Then logins cannot merge by themselves
 */
export async function makesOwnTokens(
  app: ApplicationService,
  guard: string,
  userModel: LucidModel
): Promise<boolean> {
  const refusal = await tryToken(app, guard, userModel)
  return refusal !== undefined && !(refusal instanceof RuntimeException)
}

/**
 * Asks the guard for a token, and stops it where it asks the provider on the user
 * model. Providers of the application's own get a user without a key, for whom they
 * can hardly make one; how they refuse it says nothing about other users
 *
 * @returns undefined when it asked the provider on the model, else what it did instead
 */
async function tryToken(
  app: ApplicationService,
  guard: string,
  userModel: LucidModel
): Promise<unknown> {
  watchTokens(userModel)
  const asked = new Error('The guard asks the user model for a token')
  const stop = async () => {
    throw asked
  }
  try {
    await trackTokens(stop, () => authenticateAsClient(app, guard, new userModel()))
  } catch (error) {
    return error === asked ? undefined : error
  }
  return new Error('The guard made a token')
}

/**
 * The guards for access tokens
 */
export async function listTokenGuards(app: ApplicationService): Promise<string[]> {
  const auth = await makeAuthManager(app)
  return Object.keys(auth.config.guards).filter(
    (name) => readDriverName(auth, name) === 'access_tokens'
  )
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
      await assertSessionGuardAccepts(app, name, userModel).then(
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
      'It needs a guard of "config/auth.ts", which is missing. Run "node ace add @adonisjs/auth"',
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
