import type { Database } from '@adonisjs/lucid/database'

import { createTables } from './tables.ts'
import { createTestDatabase, dialect } from './test_database.ts'

/**
 * A connection that writes to one database and reads from another, which has the
 * same tables but lags until the rows are copied. On SQLite, it only is another one
 */
export async function createReplicatedDatabase() {
  const [primary, replica] = [await createTestDatabase(), await createTestDatabase()]
  const { connection, ...config } = primary.connection
  const replicas = {
    write: { connection },
    read: { connection: [replica.connection.connection] },
  }
  return {
    /**
     * For `config/database.ts`: with the replica, and each of the two alone
     */
    connections: {
      // Lucid has replicas for servers only
      users: dialect === 'sqlite' ? primary.connection : { ...config, replicas },
      primary: primary.connection,
      replica: replica.connection,
    },

    async createTables(db: Database) {
      for (const name of ['primary', 'replica']) {
        await createTables({ connection: () => db.connection(name) } as Database, 'increments')
      }
    },

    /**
     * The replica catches up
     */
    async replicate(db: Database) {
      await db.connection('replica').from('users').delete()
      for (const table of ['users', 'guests', 'notes']) {
        const rows = await db.connection('primary').from(table)
        if (rows.length > 0) {
          await db.connection('replica').table(table).multiInsert(rows)
        }
      }
    },

    async drop() {
      await primary.drop()
      await replica.drop()
    },
  }
}
