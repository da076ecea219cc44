import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import type Configure from '@adonisjs/core/commands/configure'

import { stubsRoot } from '../../stubs/main.ts'
import type { UsersKey } from './users_key.ts'
import type { Formatter } from './formatter.ts'
import { writeGuestAttributes } from './guest_attributes.ts'
import type { UserModelModule } from './user_model.ts'

type Codemods = Awaited<ReturnType<Configure['createCodemods']>>

/**
 * Named middleware and their modules
 */
const NAMED_MIDDLEWARE = [
  { name: 'unregisteredOnly', path: 'adonisjs-guest-user/unregistered_only_middleware' },
  { name: 'regularUserRequired', path: 'adonisjs-guest-user/regular_user_required_middleware' },
  { name: 'guestUserRequired', path: 'adonisjs-guest-user/guest_user_required_middleware' },
  { name: 'allowGuestUser', path: 'adonisjs-guest-user/allow_guest_user_middleware' },
]

interface Published {
  user: UserModelModule

  /**
   * Named by a flag
   */
  guard: string | undefined

  usersKey: UsersKey
  migrationFolders: [string, ...string[]]
}

/**
 * Publishes the configuration and the migration, and registers the provider, the
 * commands and the middleware. What is there already stays as it is
 *
 * @returns false when something has to be done by hand; it was printed
 */
export async function publish(
  command: Configure,
  codemods: Codemods,
  formatter: Formatter,
  { user, guard, usersKey, migrationFolders }: Published
): Promise<boolean> {
  const { app } = command
  let succeeded = true
  codemods.on('error', () => {
    succeeded = false
  })

  const existing = await findMigration(migrationFolders)
  const migration = existing ?? join(migrationFolders[0], `${Date.now()}_create_guests_table.ts`)
  const files = [
    app.configPath('guest_user.ts'),
    app.makePath('adonisrc.ts'),
    app.startPath('kernel.ts'),
    migration,
  ]

  await formatter.around(files, async () => {
    await codemods.makeUsingStub(stubsRoot, 'config/guest_user.stub', {
      userModelPath: user.specifier,
      guardOption: guard === undefined ? '' : writeGuardOption(guard),
      attributes: writeGuestAttributes(user.model && [...user.model.$columnsDefinitions.keys()]),
    })
    if (existing) {
      command.logger.action(`create ${app.relativePath(existing)}`).skipped('File already exists')
    } else {
      await codemods.makeUsingStub(stubsRoot, 'make/migration/guests.stub', {
        usersKey,
        foreignKey: usersKey.foreignKey.join('\n        '),
        migration: { path: migration },
      })
    }
    await codemods.updateRcFile((rcFile) => {
      rcFile.addProvider('adonisjs-guest-user/guest_user_provider')
      rcFile.addCommand('adonisjs-guest-user/commands')
    })
    await codemods.registerMiddleware('router', [
      { path: 'adonisjs-guest-user/initialize_guest_user_middleware' },
    ])
    await codemods.registerMiddleware('named', NAMED_MIDDLEWARE)
  })
  return succeeded
}

function writeGuardOption(guard: string): string {
  return `

  /**
   * The guard of config/auth.ts that signs guests in.
   */
  guard: '${guard}',`
}

async function findMigration(folders: string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const files = await readdir(folder).catch(() => [])
    const existing = files.find((file) => /_create_guests_table\.[jt]s$/.test(file))
    if (existing) {
      return join(folder, existing)
    }
  }
}
