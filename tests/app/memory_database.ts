import { Emitter } from '@adonisjs/core/events'
import { Logger } from '@adonisjs/core/logger'
import { AppFactory } from '@adonisjs/core/factories/app'
import { Database } from '@adonisjs/lucid/database'

/**
 * SQLite in memory, without an application
 */
export function createMemoryDatabase(): Database {
  const connection = {
    client: 'better-sqlite3' as const,
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
  }
  return new Database(
    { connection: 'main', connections: { main: connection } },
    new Logger({ enabled: false }),
    new Emitter<any>(new AppFactory().create(new URL('./', import.meta.url)))
  )
}
