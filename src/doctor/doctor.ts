import type { ApplicationService } from '@adonisjs/core/types'

import type { ResolvedConfig } from '../types.ts'
import { checkGuards } from './check_guards.ts'
import { checkAddresses } from './check_addresses.ts'
import { checkSession } from './check_session.ts'
import { checkAttributes } from './check_attributes.ts'
import { E_INVALID_GUEST_USER_CONFIG, E_MISSING_PAGE_PACKAGE } from '../errors.ts'
import { checkGuestsTable, checkTables } from './check_tables.ts'
import { MiddlewareChains, type Chain } from './middleware_chain.ts'
import { checkCleanup, checkForeignKeys } from './check_cleanup.ts'
import { checkDatabase, checkTransfer } from './check_database.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'
import { checkPagePackages } from './check_pages.ts'
import { checkAdminRoutes, checkAdminSearch } from './check_admin.ts'
import { checkLoginRoutes, checkMiddleware } from './check_middleware.ts'
import { checkTokenGuard, checkTokenRoutes, checkTokenTables } from './check_tokens.ts'
import { checkConfiguration, checkModels, type Subject } from './check_configuration.ts'

/**
 * Examines an application and reports what is wrong with its guests. Starts it,
 * unless it has been started; writes nothing
 *
 * @returns what was found, in the order of the checks. Checks that a finding
 * makes impossible are left out
 * @throws nothing: a broken application is a finding
 */
export async function examine(app: ApplicationService): Promise<Finding[]> {
  const failure = await startApplication(app)
  if (!app.isBooted) {
    return failure ? [failure] : []
  }

  const findings: Finding[] = []
  const { config, ...configuration } = await checkConfiguration(app)
  findings.push(...configuration.findings)
  if (failure && !isKnown(failure, findings)) {
    findings.push(failure)
  }

  findings.push(...(await attempt('session', () => checkSession(app, config))))
  if (!failure) {
    findings.push(...(await attempt('middleware', () => checkRoutes(app, config))))
  }
  if (config) {
    const { subject, ...models } = await checkModels(app, config)
    findings.push(...models.findings)
    if (subject) {
      findings.push(
        ...(await attempt('guards', () => checkGuards(subject))),
        ...(await attempt('tokens', () => checkTokenGuard(subject))),
        ...(await attempt('database', () => checkData(subject)))
      )
    }
  }
  return findings
}

/**
 * A mistake in the configuration may prevent the application from starting: one
 * finding is enough
 */
function isKnown(failure: Finding, findings: Finding[]): boolean {
  return failure.code === 'invalid-config' && findings.some(({ severity }) => severity === 'error')
}

async function checkRoutes(app: ApplicationService, config?: ResolvedConfig): Promise<Finding[]> {
  const middleware = new MiddlewareChains()
  let chains: Chain[]
  try {
    chains = await middleware.read(app)
  } catch (error) {
    return [
      createFinding(
        'app-does-not-start',
        `The HTTP server cannot start with these routes: ${messageOf(error)}`,
        'Correct what the message names in "start/routes.ts"'
      ),
    ]
  }

  const broken = middleware.broken.map(({ source, reason }) =>
    createFinding(
      'broken-middleware',
      `A middleware of "start/kernel.ts" cannot be imported: ${source}: ${reason}`,
      'Correct its path in "start/kernel.ts", or the error in its file'
    )
  )
  return [
    ...broken,
    ...checkMiddleware(chains, config),
    ...checkLoginRoutes(chains, config),
    ...checkPagePackages(app, chains, config),
    ...checkAdminRoutes(chains, config),
    ...(await checkTokenRoutes(app, chains, config)),
  ]
}

async function checkData(subject: Subject): Promise<Finding[]> {
  const { connected, findings } = await checkDatabase(subject)
  if (!connected) {
    return findings
  }

  findings.push(...(await attempt('transfer', () => checkTransfer(connected))))
  const { tables, ...migrations } = await checkTables(connected)
  findings.push(...migrations.findings)
  if (!tables) {
    return findings
  }

  findings.push(
    ...(await attempt('token tables', () => checkTokenTables(connected))),
    ...(await attempt('guests table', () => checkGuestsTable(connected, tables))),
    ...(await attempt('attributes', () => checkAttributes(connected, tables))),
    ...(await attempt('addresses', () => checkAddresses(connected))),
    ...(await attempt('foreign keys', () => checkForeignKeys(connected))),
    ...(await attempt('cleanup', () => checkCleanup(connected))),
    ...(await attempt('admin', () => checkAdminSearch(connected)))
  )
  return findings
}

/**
 * A check that fails must not prevent the others
 */
async function attempt(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check()
  } catch (error) {
    return [
      createFinding(
        'check-failed',
        `The check "${name}" could not be made: ${messageOf(error)}`,
        'Correct what the message names. If there is nothing to correct, please report it'
      ),
    ]
  }
}

/**
 * Boots and starts an application that may be broken. Ace can do that as well,
 * but then a mistake in the configuration would end the command
 *
 * @returns what prevented it from starting
 */
async function startApplication(app: ApplicationService): Promise<Finding | undefined> {
  try {
    if (!app.isReady) {
      await app.boot()
      await app.start(() => {})
    }
  } catch (error) {
    return describeStartFailure(app, error)
  }
}

function describeStartFailure(app: ApplicationService, error: unknown): Finding {
  if (error instanceof E_INVALID_GUEST_USER_CONFIG) {
    return createFinding('invalid-config', messageOf(error), 'Correct "config/guest_user.ts"')
  }
  if (error instanceof E_MISSING_PAGE_PACKAGE) {
    return createFinding('missing-page-package', messageOf(error), 'Correct what the message names')
  }
  return createFinding(
    'app-does-not-start',
    `The application does not ${app.isBooted ? 'start' : 'boot'}: ${messageOf(error)}`,
    'Correct what the message names, and run "node ace guest:doctor" again: the rest could not be checked'
  )
}
