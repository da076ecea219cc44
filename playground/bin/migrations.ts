import { MigrationRunner } from '@adonisjs/lucid/migration'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * Runs the migrations that the database has not seen yet
 */
export async function runPendingMigrations(app: ApplicationService) {
  const database = await app.container.make('lucid.db')
  const migrations = new MigrationRunner(database, app, { direction: 'up' })

  await migrations.run()
  if (migrations.error) {
    throw migrations.error
  }
}
