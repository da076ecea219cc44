import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'

import { readForeignKeys } from '../foreign_keys.ts'
import { isSameTransfer, type Transfer } from './transfer.ts'
import { hasConstraints, readRelation } from './configured_transfers.ts'

/**
 * The column of auth's token tables
 */
const TOKEN_COLUMN = 'tokenable_id'

/**
 * Everything that belongs to a user: what the database's own foreign keys point
 * at the users table, and what relations of the user model say where a foreign
 * key is missing.
 *
 * Tokens of the guest are not the account's: whoever has one could sign in to it
 */
export async function findTransfers(
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<Transfer[]> {
  const transfers: Transfer[] = await findForeignKeyTransfers(client, userModel, guestsTable)

  for (const transfer of readRelations(userModel)) {
    if (!transfers.some((known) => isSameTransfer(known, transfer))) {
      transfers.push({ ...transfer, distinctColumns: undefined })
    }
  }
  return transfers
}

/**
 * The part of it that the database knows
 */
export async function findForeignKeyTransfers(
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<(Transfer & { onDelete: string })[]> {
  const tokenTables = findTokenTables(userModel)
  const keys = await readForeignKeys(client, userModel.table)

  return keys
    .filter(({ table }) => table !== guestsTable)
    .map(({ schema, table, columns, referencedColumns, onDelete }) => ({
      table: schema ? `${schema}.${table}` : table,
      columns,
      referencedColumns,
      discard: tokenTables.includes(table) || columns.includes(TOKEN_COLUMN),
      onDelete,
    }))
}

function readRelations(userModel: LucidModel): Transfer[] {
  const relations = [...userModel.$relationsDefinitions.values()] as RelationshipsContract[]
  return relations
    .filter((relation) => !hasConstraints(relation))
    .map(readRelation)
    .filter((transfer) => transfer !== null)
}

/**
 * The providers of access tokens and of remember-me tokens are static
 * properties of the model
 */
function findTokenTables(userModel: LucidModel): unknown[] {
  return Object.values(userModel)
    .filter((value) => value?.options?.tokenableModel)
    .map((provider) => provider.table)
}
