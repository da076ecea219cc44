import type { ApplicationService } from '@adonisjs/core/types'

import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

/**
 * Boots and starts an application that may be broken. Ace would do it, too, but
 * a mistake in the configuration would end the command then
 *
 * @returns what kept it from starting
 */
export async function startApplication(app: ApplicationService): Promise<Finding | undefined> {
  try {
    if (!app.isReady) {
      await app.boot()
      await app.start(() => {})
    }
  } catch (error) {
    return describeFailure(app, error)
  }
}

function describeFailure(app: ApplicationService, error: unknown): Finding {
  if (error instanceof E_INVALID_GUEST_USER_CONFIG) {
    return createFinding('invalid-config', messageOf(error), 'Correct "config/guest_user.ts"')
  }
  return createFinding(
    'app-does-not-start',
    `The application does not ${app.isBooted ? 'start' : 'boot'}: ${messageOf(error)}`,
    'Correct what the message names, and run "node ace guest:doctor" again: the rest could not be looked at'
  )
}
