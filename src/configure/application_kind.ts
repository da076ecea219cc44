import type { ApplicationService } from '@adonisjs/core/types'

import type { GuardChoice } from './guard_choice.ts'

/**
 * What kind of application this is, as far as it decides what is offered
 */
export interface ApplicationKind {
  /**
   * Visitors bring access tokens, as in the starter kit for APIs
   */
  usesTokens: boolean

  /**
   * It can show the pages of the package
   */
  hasPages: boolean

  usesInertia: boolean
}

export function describeApplication(
  { rcFile }: ApplicationService,
  { usesTokens }: GuardChoice
): ApplicationKind {
  // The application is not booted while a package is configured
  const providers = rcFile.providers.map(({ file }) => String(file))
  const uses = (provider: string) =>
    providers.some((file) => file.includes(`/${provider}_provider`))
  return {
    usesTokens,
    hasPages: uses('edge') && uses('vinejs'),
    usesInertia: uses('inertia'),
  }
}
