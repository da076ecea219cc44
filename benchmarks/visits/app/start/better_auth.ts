import { betterAuth } from 'better-auth'
import { anonymous } from 'better-auth/plugins'

import { connection } from '#config/database'

/**
 * As many connections as Lucid's pool has
 */
const POOL = 10

async function openDatabase() {
  switch (connection.client) {
    case 'pg': {
      const { default: pg } = await import('pg')
      return new pg.Pool({ ...connection.connection, max: POOL })
    }
    case 'mysql2': {
      const { createPool } = await import('mysql2/promise')
      return createPool({ ...connection.connection, connectionLimit: POOL, timezone: 'Z' })
    }
    default: {
      const { default: Sqlite } = await import('better-sqlite3' as string)
      return new Sqlite(connection.connection.filename)
    }
  }
}

export const auth = betterAuth({
  database: (await openDatabase()) as never,
  plugins: [anonymous()],
  secret: process.env.APP_KEY,
  baseURL: 'http://127.0.0.1',
  logger: { disabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
})
