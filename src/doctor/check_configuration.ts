import { configProvider } from '@adonisjs/core'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { ApplicationService } from '@adonisjs/core/types'

import type { GuestModel, ResolvedConfig } from '../types.ts'
import { findPasswordColumn, importModel } from '../guests/configured_models.ts'
import { createFinding, messageOf, type Finding, type FindingCode } from './finding.ts'
import {
  assertGuardsAccept,
  findGuestGuards,
  UnusableGuard,
  UnusableTokenGuard,
} from '../guests/guards.ts'

/**
 * An application whose configuration can be read, and whose models can be
 * imported
 */
export interface Subject {
  app: ApplicationService
  config: ResolvedConfig
  userModel: LucidModel
  guestModel: GuestModel

  /**
   * The property that holds the password hash, null when there is none,
   * undefined when the configuration names one that is not there
   */
  passwordColumn?: string | null
}

const CONFIGURE = 'node ace configure adonisjs-guest-user'

const NAME_USER_MODEL =
  'Name the model of your users in "config/guest_user.ts":\nuserModel: () => import(\'#models/user\'),'

const NAME_GUEST_MODEL =
  'Name a model that extends "Guest" of "adonisjs-guest-user/models/guest", or leave "guestModel" out'

const NAME_GUARD =
  'Name a guard for this model in "config/guest_user.ts", or in "config/auth.ts" the same model in the provider of the guard:\nprovider: sessionUserProvider({ model: () => import(\'#models/user\') }),'

const ADD_TOKEN_PROVIDER =
  "Write in the user model, or name another provider of tokens in the guard:\nimport { DbAccessTokensProvider } from '@adonisjs/auth/access_tokens'\nstatic accessTokens = DbAccessTokensProvider.forModel(User)"

const NAME_PASSWORD_COLUMN =
  'Name the property of the user model that holds the password hash in "config/guest_user.ts", or null:\npasswordColumn: null,'

/**
 * Reads `config/guest_user.ts` as the provider does
 */
export async function checkConfiguration(
  app: ApplicationService
): Promise<{ config?: ResolvedConfig; findings: Finding[] }> {
  const findings = checkProvider(app)

  try {
    const provider = app.config.get('guest_user')
    const config = await configProvider.resolve<ResolvedConfig>(app, provider)
    if (!config) {
      findings.push(
        createFinding(
          'missing-config',
          '"config/guest_user.ts" is missing, or does not export the result of "defineConfig" of "adonisjs-guest-user"',
          `Run "${CONFIGURE}", which creates it and keeps the file if it exists`
        )
      )
      return { findings }
    }
    return { config, findings: [...findings, ...checkEnabled(config)] }
  } catch (error) {
    return { findings: [...findings, await describeError(app, error)] }
  }
}

function checkProvider(app: ApplicationService): Finding[] {
  if (app.container.hasBinding('guestUser.manager')) {
    return []
  }
  return [
    createFinding(
      'missing-provider',
      'The provider is missing in the "providers" of "adonisrc.ts", or is not registered for the environment "console"',
      `Add it after the providers of Lucid, session and auth, or run "${CONFIGURE}":\n() => import('adonisjs-guest-user/guest_user_provider'),`
    ),
  ]
}

function checkEnabled({ enabled }: ResolvedConfig): Finding[] {
  if (enabled) {
    return []
  }
  return [
    createFinding(
      'disabled',
      'No guests are created: "enabled" in "config/guest_user.ts" is false',
      'Unless that is intended, write in "config/guest_user.ts":\nenabled: true,'
    ),
  ]
}

async function describeError(app: ApplicationService, error: unknown): Promise<Finding> {
  if (error instanceof UnusableGuard) {
    return createFinding('wrong-guard', messageOf(error), await suggestGuard(app))
  }
  return createFinding(
    'invalid-config',
    messageOf(error),
    'Correct the option that the message names in "config/guest_user.ts"'
  )
}

/**
 * Suggests the guard that is used when none is named
 */
async function suggestGuard(app: ApplicationService): Promise<string> {
  try {
    const { guard } = await findGuestGuards(app)
    return `Name another guard in "config/guest_user.ts", or leave "guard" out:\nguard: '${guard}',`
  } catch {
    return 'Run "node ace add @adonisjs/auth --guard=session", or with "--guard=access_tokens" for an API'
  }
}

/**
 * Imports what the configuration names, as the manager does before the first
 * guest
 */
export async function checkModels(
  app: ApplicationService,
  config: ResolvedConfig
): Promise<{ subject?: Subject; findings: Finding[] }> {
  const findings: Finding[] = []
  const attempt = async <Result>(
    code: FindingCode,
    fix: string,
    callback: () => Result | Promise<Result>
  ): Promise<Result | undefined> => {
    try {
      return await callback()
    } catch (error) {
      findings.push(createFinding(code, messageOf(error), fix))
    }
  }

  const userModel = await attempt('invalid-user-model', NAME_USER_MODEL, () =>
    importModel('userModel', config.userModel)
  )
  const guestModel = await attempt('invalid-guest-model', NAME_GUEST_MODEL, () =>
    importModel('guestModel', config.guestModel)
  )
  if (!userModel) {
    return { findings }
  }

  const refusal = await assertGuardsAccept(app, config, userModel).catch((error: unknown) => error)
  if (refusal instanceof UnusableTokenGuard) {
    findings.push(createFinding('missing-token-provider', messageOf(refusal), ADD_TOKEN_PROVIDER))
  } else if (refusal) {
    findings.push(createFinding('wrong-guard', messageOf(refusal), NAME_GUARD))
  }
  const passwordColumn = await attempt('invalid-password-column', NAME_PASSWORD_COLUMN, () =>
    findPasswordColumn(config, userModel)
  )
  const subject = guestModel && { app, config, userModel, guestModel, passwordColumn }
  return { subject, findings }
}
