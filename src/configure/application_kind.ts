import type { ApplicationService } from '@adonisjs/core/types'

import type { AuthGuards } from './auth_guards.ts'

/**
 * What kind of application this is, as far as it decides what is offered
 */
export interface ApplicationKind {
  /**
   * The default guard is one for access tokens, as in the starter kit for APIs
   */
  usesTokens: boolean

  /**
   * It can show the pages of the package
   */
  hasPages: boolean

  usesInertia: boolean
}

/**
 * @param guards null when `config/auth.ts` could not be read
 * @param guard named for the guests
 */
export function describeApplication(
  { rcFile }: ApplicationService,
  guards: AuthGuards | null,
  guard: string | undefined
): ApplicationKind {
  // The application is not booted while a package is configured
  const providers = rcFile.providers.map(({ file }) => String(file))
  const uses = (provider: string) =>
    providers.some((file) => file.includes(`/${provider}_provider`))
  return {
    usesTokens: guard === undefined && guards?.default.kind === 'tokens',
    hasPages: uses('edge') && uses('vinejs'),
    usesInertia: uses('inertia'),
  }
}
