import { isAbsolute } from 'node:path'
import type { Database } from '@adonisjs/lucid/database'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * The flag that tells Ace's commands for migrations the connection, such as
 * ` --connection=tenant`. Empty for the default connection
 */
export function connectionFlag(
  { primaryConnectionName }: Pick<Database, 'primaryConnectionName'>,
  connection: string | undefined
): string {
  return connection === undefined || connection === primaryConnectionName
    ? ''
    : ` --connection=${connection}`
}

/**
 * The folders in which Lucid looks for the migrations of a connection. New ones
 * go to the first
 */
export function listMigrationFolders(
  app: ApplicationService,
  database: Database,
  connection: string | undefined
): [string, ...string[]] {
  const { config } = database.manager.get(connection ?? database.primaryConnectionName) ?? {}
  const [first, ...others] = config?.migrations?.paths ?? []
  const locate = (path: string) => (isAbsolute(path) ? path : app.makePath(path))
  return first === undefined
    ? [app.migrationsPath()]
    : [locate(first), ...others.map((path) => locate(path))]
}
