import { access } from 'node:fs/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { assertAnswering } from '../database/answering.ts'
import { isSqlite } from '../database/catalog.ts'

/**
 * Whether the `guests` table is there already. A database file that does not exist
 * is not made for this
 */
export async function hasGuestsTable(client: QueryClientContract): Promise<boolean> {
  try {
    if (isSqlite(client)) {
      const { connection } = client.getReadClient().client.config
      await access(connection.filename)
    }
    await assertAnswering(client)
    return await client.schema.hasTable('guests')
  } catch {
    return false
  }
}
