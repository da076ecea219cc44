import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { ApplicationService } from '@adonisjs/core/types'

import type { Subject } from './subject.ts'
import type { ResolvedConfig } from '../types.ts'
import { authenticateAsClient } from '../session_guard.ts'
import { findPasswordColumn, importModel, mustFitGuard } from '../guests/configured_models.ts'
import { createFinding, messageOf, type Finding, type FindingCode } from './finding.ts'

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

  await attempt('wrong-guard', NAME_GUARD, () => tryGuard(app, config, userModel))
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

function tryGuard(app: ApplicationService, config: ResolvedConfig, userModel: LucidModel) {
  return mustFitGuard(userModel, config, (user) => authenticateAsClient(app, config.guard, user))
}
