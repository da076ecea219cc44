import { access } from 'node:fs/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { assertAnswering } from '../database/answering.ts'
import { isSqlite } from '../database/catalog.ts'
import { readTableColumns } from '../database/table_columns.ts'

/**
 * A hotel may have a table of this name, too
 */
const OUR_COLUMNS = ['user_id', 'visit_key']

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
    const columns = await readTableColumns(client, 'guests')
    return OUR_COLUMNS.every((column) => columns.some(({ name }) => name === column))
  } catch {
    return false
  }
}
