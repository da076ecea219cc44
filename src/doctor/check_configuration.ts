import { configProvider } from '@adonisjs/core'
import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import { findSessionGuardName, UnusableGuard } from '../session_guard.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

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
