import { pathToFileURL } from 'node:url'
import { Emitter } from '@adonisjs/core/events'
import { Logger } from '@adonisjs/core/logger'
import { Database } from '@adonisjs/lucid/database'
import type { ApplicationService } from '@adonisjs/core/types'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { connectionFlag, listMigrationFolders } from '../database/migrations.ts'

/**
 * The database of the users, and where its migrations are
 */
export interface UsersDatabase {
  /**
   * Undefined when `config/database.ts` does not have the connection
   */
  client?: QueryClientContract
  migrationFolders: [string, ...string[]]

  /**
   * Such as ` --connection=tenant`
   */
  connectionFlag: string
}

/**
 * Calls back with the database of a connection, and closes it afterwards. The
 * application is not booted while a package is configured, so this one is opened
 * from its configuration file
 */
export async function withUsersDatabase<Result>(
  app: ApplicationService,
  connection: string | undefined,
  callback: (users: UsersDatabase) => Promise<Result>
): Promise<Result> {
  const database = await openDatabase(app)
  try {
    return await callback(describe(app, database, connection))
  } finally {
    await database?.manager.closeAll()
  }
}

/**
 * @returns undefined when there is no such file yet, or it cannot be imported
 */
async function openDatabase(app: ApplicationService): Promise<Database | undefined> {
  try {
    const file = pathToFileURL(app.configPath('database.ts')).href
    const { default: config } = await import(file)
    return new Database(config, new Logger({ enabled: false }), new Emitter(app))
  } catch {
    return undefined
  }
}

function describe(
  app: ApplicationService,
  database: Database | undefined,
  connection: string | undefined
): UsersDatabase {
  const name = connection ?? database?.primaryConnectionName
  if (!database || !name || !database.manager.has(name)) {
    return { migrationFolders: [app.migrationsPath()], connectionFlag: '' }
  }
  return {
    client: database.connection(name),
    migrationFolders: listMigrationFolders(app, database, name),
    connectionFlag: connectionFlag(database, name),
  }
}
