import { configProvider } from '@adonisjs/core'
import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import { assertGuardAccepts, findSessionGuardName, UnusableGuard } from '../guests/session_guard.ts'
import {
  createFinding,
  messageOf,
  type Finding,
  type Subject,
  type FindingCode,
  type SubjectWithDatabase,
} from './finding.ts'
import { findPasswordColumn, importModel } from '../guests/configured_models.ts'
import { describeOmissions } from '../merge/find_transfers.ts'

const CONFIGURE = 'node ace configure adonisjs-guest-user'

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
          '"config/guest_user.ts" is missing, or does not export what "defineConfig" of "adonisjs-guest-user" returns',
          `Run "${CONFIGURE}", which creates it; a file that is there already is kept`
        )
      )
      return { findings }
    }
    return { config, findings: [...findings, ...checkEnabled(config)] }
  } catch (error) {
    return { findings: [...findings, await describeFailure(app, error)] }
  }
}

function checkProvider(app: ApplicationService): Finding[] {
  if (app.container.hasBinding('guestUser.manager')) {
    return []
  }
  return [
    createFinding(
      'missing-provider',
      'The provider is not among the "providers" of "adonisrc.ts", or not in the environment "console"',
      `Add it after those of Lucid, session and auth, or run "${CONFIGURE}":\n() => import('adonisjs-guest-user/guest_user_provider'),`
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
      'No guest is made anywhere: "enabled" in "config/guest_user.ts" is false',
      'If that is not meant, write in "config/guest_user.ts":\nenabled: true,'
    ),
  ]
}

async function describeFailure(app: ApplicationService, error: unknown): Promise<Finding> {
  if (error instanceof UnusableGuard) {
    return createFinding('wrong-guard', messageOf(error), await nameGuard(app))
  }
  return createFinding(
    'invalid-config',
    messageOf(error),
    'Correct the option that the message names in "config/guest_user.ts"'
  )
}

/**
 * The guard that is taken when none is named
 */
async function nameGuard(app: ApplicationService): Promise<string> {
  try {
    const guard = await findSessionGuardName(app)
    return `Name a session guard in "config/guest_user.ts", or leave "guard" out:\nguard: '${guard}',`
  } catch {
    return 'Run "node ace add @adonisjs/auth --guard=session"'
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

  await attempt('wrong-guard', NAME_GUARD, () => assertGuardAccepts(app, config.guard, userModel))
  const passwordColumn = await attempt('invalid-password-column', NAME_PASSWORD_COLUMN, () =>
    findPasswordColumn(config, userModel)
  )
  const subject = guestModel && { app, config, userModel, guestModel, passwordColumn }
  return { subject, findings }
}

const NAME_USER_MODEL =
  'Name the model of your users in "config/guest_user.ts":\nuserModel: () => import(\'#models/user\'),'

const NAME_GUEST_MODEL =
  'Name a model that extends "Guest" of "adonisjs-guest-user/models/guest", or leave "guestModel" out'

const NAME_GUARD =
  'Name a guard for this model in "config/guest_user.ts", or in "config/auth.ts" the same model in the provider of the guard:\nprovider: sessionUserProvider({ model: () => import(\'#models/user\') }),'

const NAME_PASSWORD_COLUMN =
  'Name the property of the user model that holds the password hash in "config/guest_user.ts", or null:\npasswordColumn: null,'

/**
 * `transfer` must name what there is, and should forget nothing
 */
export async function checkTransfer({
  client,
  config,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  if (!config.transfer) {
    return []
  }

  try {
    const omissions = await describeOmissions(config.transfer, client, userModel, guestModel.table)
    return omissions.map((sentence) =>
      createFinding(
        'incomplete-transfer',
        sentence,
        'Leave "transfer" out of "config/guest_user.ts", and everything moves, or name this, too'
      )
    )
  } catch (error) {
    return [
      createFinding(
        'invalid-transfer',
        messageOf(error),
        'Correct the entry in "transfer" of "config/guest_user.ts"'
      ),
    ]
  }
}
