import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UniqueKey } from '../database/unique_keys.ts'
import type { Row, Transfer } from './transfer.ts'

/**
 * Rows deleted by one statement
 */
const CHUNK_SIZE = 200

/**
 * Through the model where there is one, so that its hooks run. What a model
 * hides instead of deleting it would still be in the way
 */
export async function deleteRows(
  rows: Row[],
  transfer: Transfer,
  key: UniqueKey,
  trx: TransactionClientContract
) {
  const columns = [...new Set([...transfer.columns, ...key.columns])]
  const identify = (row: Row) => Object.fromEntries(columns.map((column) => [column, row[column]]))

  if (transfer.model) {
    for (const row of rows) {
      const instances = await transfer.model.query({ client: trx }).where(identify(row))
      for (const instance of instances) {
        await instance.delete()
      }
    }
  }

  for (let start = 0; start < rows.length; start += CHUNK_SIZE) {
    const query = trx.from(transfer.table)
    for (const row of rows.slice(start, start + CHUNK_SIZE)) {
      query.orWhere((where) => where.where(identify(row)))
    }
    await query.delete()
  }
}
