import { dropSpareDatabases } from '../../tests/app/test_database.ts'
import { startEmbeddedPostgres } from '../../tests/services/embedded_postgres.ts'

/**
 * Japa hook: the embedded PostgreSQL, unless `bin/test.ts` or you brought one
 *
 * @returns what stops it, or cleans up on the one that goes on
 */
export async function providePostgres(): Promise<() => Promise<void>> {
  if (process.env.DB !== 'postgres') {
    return async () => {}
  }
  if (process.env.PG_HOST) {
    return dropSpareDatabases
  }

  const { port, stop } = await startEmbeddedPostgres()
  Object.assign(process.env, { PG_HOST: '127.0.0.1', PG_PORT: String(port) })
  return stop
}
