import type Configure from '@adonisjs/core/commands/configure'

import { publish } from './src/configure/publish.ts'
import { runAce } from './src/configure/ace_process.ts'
import { Choices } from './src/configure/choices.ts'
import { Offers } from './src/configure/offer.ts'
import { Formatter } from './src/configure/formatter.ts'
import { Unusable } from './src/configure/unusable.ts'
import { chooseGuard } from './src/configure/guard_choice.ts'
import { listOffers } from './src/configure/application_offers.ts'
import { chooseUsersKey } from './src/configure/users_key_choice.ts'
import { readFlags, type ConfigureFlags } from './src/configure/flags.ts'
import { hasGuestsTable } from './src/configure/guests_table.ts'
import { withUsersDatabase } from './src/configure/users_database.ts'
import { describeApplication } from './src/configure/application_kind.ts'
import { offerMigration, printNextSteps } from './src/configure/finish.ts'
import { importUserModel, toConfigSpecifier } from './src/configure/user_model.ts'

/**
 * Publishes the configuration and the migration, registers the provider, the
 * commands and the middleware, offers the edits that open login, signup and the
 * pages for guests, and ends with the doctor. Running it again is safe.
 *
 * Without a terminal, nothing is asked: the flags decide. `--yes` accepts every
 * offer; `--login-routes`, `--signup`, `--convert-routes`, `--admin-routes`,
 * `--api-routes` and `--migrate` accept one, and refuse it with `=no`.
 * `--user-model=#models/account`, `--guard=web` and `--key=uuid` say what cannot be
 * found
 */
export async function configure(command: Configure) {
  try {
    await setUp(command, readFlags(command.parsedFlags))
  } catch (error) {
    if (!(error instanceof Unusable)) {
      throw error
    }
    command.logger.error(error.message)
    command.exitCode = 1
  }
}

async function setUp(command: Configure, flags: ConfigureFlags) {
  const { app, logger } = command
  const warn = (message: string) => logger.warning(message)
  flags.warnings.forEach(warn)

  const choices = new Choices(command, flags)
  const codemods = await command.createCodemods()
  const project = await codemods.getTsMorphProject()
  const auth = await chooseGuard(app, project, flags.guard)
  const user = await importUserModel(
    app,
    flags.userModel === undefined
      ? await findUserModel(auth.userModel, choices, warn)
      : toConfigSpecifier(app, flags.userModel),
    warn
  )
  const kind = describeApplication(app, auth)
  const { usersKey, migrationFolders, connectionFlag, isMigrated } = await withUsersDatabase(
    app,
    user.model?.connection,
    async (users) => ({
      ...users,
      usersKey: await chooseUsersKey(users, user.model, flags.key, choices, warn),
      isMigrated: users.client !== undefined && (await hasGuestsTable(users.client)),
    })
  )

  const formatter = await Formatter.load(app)
  const published = { user, guard: flags.guard, usersKey, migrationFolders }
  if (!(await publish(command, codemods, formatter, published))) {
    logger.error('Not everything could be set up. Make the changes above by hand')
    command.exitCode = 1
    return
  }

  const offers = new Offers(command, project, choices, formatter)
  const setting = { app, project, kind, guard: auth.guard, userModel: user.specifier }
  for (const offer of listOffers({ ...setting, model: user.model })) {
    await offers.make(offer)
  }

  const needsMigration =
    !isMigrated && (await offerMigration(command, choices, formatter, connectionFlag))
  logger.log('')
  await runAce(app, ['guest:doctor'], 'inherit')
  const migration = needsMigration ? `node ace migration:run${connectionFlag}` : undefined
  await printNextSteps(command, kind, offers, migration)
}

/**
 * The user model of the starter kits, where the configuration does not tell
 */
async function findUserModel(
  found: string | undefined,
  choices: Choices,
  warn: (message: string) => void
): Promise<string> {
  if (found !== undefined) {
    return found
  }
  const specifier = await choices.ask('Which is your user model?', '#models/user')
  warn(
    `"config/auth.ts" does not tell the user model. Using "${specifier}"; "--user-model=…" names another`
  )
  return specifier
}
