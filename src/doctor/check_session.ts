import { configProvider } from '@adonisjs/core'
import string from '@adonisjs/core/helpers/string'
import type { ApplicationService } from '@adonisjs/core/types'

import { formatAge } from '../age.ts'
import type { ResolvedConfig } from '../types.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

interface SessionConfig {
  enabled: boolean
  age: string | number
}

/**
 * Guests are signed in through the session, so it must be enabled, and must not
 * live longer than they do. Those with tokens can do without
 */
export async function checkSession(
  app: ApplicationService,
  config?: ResolvedConfig
): Promise<Finding[]> {
  let session: SessionConfig | null
  try {
    session = await configProvider.resolve<SessionConfig>(app, app.config.get('session'))
  } catch (error) {
    return [describeInvalid(messageOf(error))]
  }
  const isOptional = config?.tokenGuard !== undefined
  if (isOptional && !session?.enabled) {
    return []
  }
  if (!session) {
    return [describeInvalid('it is missing, or does not export the result of "defineConfig"')]
  }

  const findings = config ? checkAge(session, config) : []
  if (!session.enabled) {
    findings.push(
      createFinding(
        'session-disabled',
        'Guests need the session, but "enabled" in "config/session.ts" is false',
        'Write in "config/session.ts":\nenabled: true,'
      )
    )
  }
  return findings
}

function describeInvalid(reason: string): Finding {
  return createFinding(
    'invalid-session-config',
    `Guests need the session, but "config/session.ts" cannot be used: ${reason}`,
    'Run "node ace add @adonisjs/session"'
  )
}

/**
 * The age of a session counts from the last request. So does that of a guest,
 * unless `expireBy` says otherwise: then guests who come back are older than
 * their session
 */
function checkAge({ age }: SessionConfig, { maxAge, expireBy }: ResolvedConfig): Finding[] {
  const sessionAge = string.seconds.parse(age) * 1000
  const counted = expireBy === 'createdAt' ? 'first' : 'last'
  const isTooLong = expireBy === 'createdAt' ? sessionAge >= maxAge : sessionAge > maxAge
  if (!isTooLong) {
    return []
  }

  return [
    createFinding(
      'session-outlives-guest',
      `Guests may be deleted while their browser is still signed in: a session lives ${formatAge(sessionAge)} from the last visit ("age" in "config/session.ts"), a guest ${formatAge(maxAge)} from the ${counted} visit ("maxAge" and "expireBy" in "config/guest_user.ts")`,
      expireBy === 'createdAt'
        ? `Count from the last visit, or keep guests much longer than a session, in "config/guest_user.ts":\nexpireBy: 'lastSeenAt',`
        : `Leave "maxAge" out of "config/guest_user.ts" (it defaults to the session age), or write there:\nmaxAge: '${typeof age === 'string' ? age : formatAge(sessionAge)}',`
    ),
  ]
}
