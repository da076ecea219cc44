import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import type Configure from '@adonisjs/core/commands/configure'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import { stubsRoot } from './stubs/main.ts'
import { withUsersDatabase, type UsersDatabase } from './src/configure/users_database.ts'
import { writeGuestAttributes } from './src/configure/guest_attributes.ts'
import {
  describeUsersKey,
  findUsersKey,
  KEY_TYPES,
  readUsersKey,
  type UsersKey,
} from './src/configure/users_key.ts'

const DEFAULT_USER_MODEL = '#models/user'

/**
 * Named middleware and their modules
 */
const NAMED_MIDDLEWARE = [
  { name: 'unregisteredOnly', path: 'adonisjs-guest-user/unregistered_only_middleware' },
  { name: 'regularUserRequired', path: 'adonisjs-guest-user/regular_user_required_middleware' },
  { name: 'guestUserRequired', path: 'adonisjs-guest-user/guest_user_required_middleware' },
  { name: 'allowGuestUser', path: 'adonisjs-guest-user/allow_guest_user_middleware' },
]

/**
 * Publishes the configuration and the migration, and registers the provider,
 * the commands and the middleware. Running it again is safe.
 *
 * Flags: `--user-model=#models/account` if it is not `#models/user`,
 * `--key=uuid` if the type of its primary key can be read neither from the
 * database nor from a migration
 */
export async function configure(command: Configure) {
  const { userModel: flag, key } = command.parsedFlags as { userModel?: string; key?: string }
  const userModelPath = flag ?? command.parsedFlags['user-model'] ?? DEFAULT_USER_MODEL
  const userModel = await importUserModel(command, userModelPath)

  const { usersKey, migrationFolders, connectionFlag } = await withUsersDatabase(
    command.app,
    userModel?.connection,
    async (users) => ({ ...users, usersKey: await resolveUsersKey(command, userModel, users, key) })
  )
  if (!usersKey) {
    command.logger.error(`Unknown key type "${key}". Use one of: ${KEY_TYPES.join(', ')}`)
    command.exitCode = 1
    return
  }

  const codemods = await command.createCodemods()
  let failed = false
  codemods.on('error', () => {
    failed = true
  })

  await codemods.makeUsingStub(stubsRoot, 'config/guest_user.stub', {
    userModelPath,
    attributes: writeGuestAttributes(userModel && [...userModel.$columnsDefinitions.keys()]),
  })
  await publishMigration(command, codemods, migrationFolders, usersKey)

  await codemods.updateRcFile((rcFile) => {
    rcFile.addProvider('adonisjs-guest-user/guest_user_provider')
    rcFile.addCommand('adonisjs-guest-user/commands')
  })
  await codemods.registerMiddleware('router', [
    { path: 'adonisjs-guest-user/initialize_guest_user_middleware' },
  ])
  await codemods.registerMiddleware('named', NAMED_MIDDLEWARE)

  if (failed) {
    command.logger.error('Not everything could be set up. Make the changes above by hand')
    command.exitCode = 1
    return
  }
  printNextSteps(command, connectionFlag)
}

/**
 * Imports the user model for the names of its table and columns. If it cannot
 * be imported yet, those of the starter kits are used
 */
async function importUserModel(command: Configure, path: string): Promise<LucidModel | undefined> {
  try {
    const { default: model } = (await command.app.import(path)) as { default: LucidModel }
    model.boot()
    return model
  } catch (error) {
    command.logger.warning(`Cannot import "${path}": ${(error as Error).message}`)
    command.logger.warning('Using the names of the starter kits instead')
    return undefined
  }
}

async function resolveUsersKey(
  command: Configure,
  model: LucidModel | undefined,
  users: UsersDatabase,
  type: string | undefined
): Promise<UsersKey | null> {
  const table = model?.table ?? 'users'
  const column = model?.$getColumn(model.primaryKey)?.columnName ?? 'id'
  if (type !== undefined) {
    return describeUsersKey(table, column, type)
  }

  const found =
    (await readFromDatabase(users, table, column)) ??
    (await findUsersKey(users.migrationFolders, table, column))
  if (!found) {
    command.logger.warning(
      `Neither the database nor a migration tells the type of "${table}.${column}". Assuming "increments"; use --key=… to set another`
    )
  }
  return found ?? describeUsersKey(table, column, 'increments')
}

/**
 * @returns null when the database does not answer yet
 */
async function readFromDatabase({ client }: UsersDatabase, table: string, column: string) {
  return client ? readUsersKey(client, table, column).catch(() => null) : null
}

async function publishMigration(
  command: Configure,
  codemods: Awaited<ReturnType<Configure['createCodemods']>>,
  migrationFolders: [string, ...string[]],
  usersKey: UsersKey
) {
  for (const folder of migrationFolders) {
    const files = await readdir(folder).catch(() => [])
    const existing = files.find((file) => /_create_guests_table\.[jt]s$/.test(file))
    if (existing) {
      command.logger.action(`create ${command.app.relativePath(folder)}/${existing}`).skipped()
      return
    }
  }

  await codemods.makeUsingStub(stubsRoot, 'make/migration/guests.stub', {
    usersKey,
    foreignKey: usersKey.foreignKey.join('\n        '),
    migration: { path: join(migrationFolders[0], `${Date.now()}_create_guests_table.ts`) },
  })
}

function printNextSteps({ logger, colors }: Configure, flag: string) {
  logger.log('')
  logger.log(colors.bold('Two steps to your first guest:'))
  logger.log(`  1. Create the table: ${colors.cyan(`node ace migration:run${flag}`)}`)
  logger.log(
    `  2. Open a route in start/routes.ts: ${colors.cyan(`router.get('/cart', …).use(middleware.allowGuestUser())`)}`
  )
}
