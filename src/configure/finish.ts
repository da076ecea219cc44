import { readFile } from 'node:fs/promises'
import string from '@adonisjs/core/helpers/string'
import type Configure from '@adonisjs/core/commands/configure'

import { runAce } from './ace_process.ts'
import type { Offers } from './offer.ts'
import type { Formatter } from './formatter.ts'
import type { Choices } from './choices.ts'
import type { ApplicationKind } from './application_kind.ts'

/**
 * Runs the migrations, if somebody says so. Lucid then writes the classes of the
 * tables, in a form of its own
 *
 * @param flag such as ` --connection=tenant`
 * @returns whether the command for it is still to be run
 */
export async function offerMigration(
  command: Configure,
  choices: Choices,
  formatter: Formatter,
  flag: string
): Promise<boolean> {
  const { app, logger } = command
  const args = ['migration:run', ...flag.trim().split(' ').filter(Boolean)]
  // Production asks for a word of its own, and deployments have a place for it
  const isAccepted =
    !app.inProduction &&
    (await choices.accept('migrate', `Create the table now, with "node ace ${args.join(' ')}"?`))
  if (!isAccepted) {
    return true
  }
  const action = logger.action(`node ace ${args.join(' ')}`)
  const schema = app.makePath('database/schema.ts')
  const result = await formatter.around([schema], () => runAce(app, args, 'pipe'))
  if (result?.exitCode === 0) {
    action.succeeded()
    return false
  }
  command.exitCode = 1
  action.failed(result?.text.trim() || 'The application has no "ace.js"')
  return true
}

/**
 * What is left to do, in as few lines as possible
 *
 * @param migration the command that is still to be run
 */
export async function printNextSteps(
  command: Configure,
  { usesTokens }: ApplicationKind,
  offers: Offers,
  migration: string | undefined
) {
  const { logger, colors } = command
  const steps = [
    offers.open.length > 0 &&
      `Make the edits above by hand, or with ${colors.cyan(`node ace configure adonisjs-guest-user ${offers.open.map((name) => `--${name}`).join(' ')}`)}`,
    migration && `Create the table: ${colors.cyan(migration)}`,
    usesTokens
      ? offers.done.has('api-routes') &&
        `Make a guest: ${colors.cyan('POST /guest')} answers with a token`
      : `Open a route in start/routes.ts: ${colors.cyan(`router.get('/cart', …).use(middleware.allowGuestUser())`)}`,
  ].filter((step) => typeof step === 'string')

  if (steps.length > 0) {
    logger.log('')
    logger.log(
      colors.bold(steps.length === 1 ? 'One line to your first guest:' : 'To your first guest:')
    )
  }
  for (const [index, step] of steps.entries()) {
    logger.log(steps.length === 1 ? `  ${step}` : `  ${index + 1}. ${step}`)
  }

  const hint = usesTokens ? undefined : await describeSession(command)
  const undo = describeUndo(offers)
  for (const line of [hint, undo].filter((text) => text !== undefined)) {
    logger.log('')
    logger.log(colors.dim(line))
  }
}

/**
 * A guest whose session has ended cannot come back, however long they are kept
 */
async function describeSession({ app }: Configure): Promise<string | undefined> {
  const [age, maxAge] = await Promise.all([
    readSetting(app.configPath('session.ts'), 'age'),
    readSetting(app.configPath('guest_user.ts'), 'maxAge'),
  ])
  if (!age || !maxAge || string.seconds.parse(age) >= string.seconds.parse(maxAge)) {
    return undefined
  }
  return `Guests are kept for ${maxAge} ("maxAge" in config/guest_user.ts), but their way back is the session, which ends ${age} after the last visit ("age" in config/session.ts, for all users)`
}

async function readSetting(path: string, name: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf-8').catch(() => '')
  return new RegExp(`^\\s*${name}:\\s*['"]([^'"]+)['"]`, 'm').exec(text)?.[1]
}

function describeUndo({ changed }: Offers): string | undefined {
  return changed.length > 0
    ? `See the edits with "git diff", undo them with "git checkout ${changed.join(' ')}"`
    : undefined
}
