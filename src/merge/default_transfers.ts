import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'

import { isTable } from '../database/catalog.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import { isSameTransfer, type Transfer } from './transfer.ts'
import { hasConstraints, readRelation } from './find_transfers.ts'

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

  for (const { distinctColumns, ...transfer } of readRelations(userModel)) {
    const known = transfers.find((other) => isSameTransfer(other, transfer))
    if (known) {
      known.model ??= transfer.model
    } else if (await isTable(client, transfer.table)) {
      transfers.push({ ...transfer, discard: holdsTokens(transfer, userModel) })
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
  const keys = await readForeignKeys(client, userModel.table)

  return keys
    .filter(({ table }) => table !== guestsTable)
    .map(({ schema, table, columns, referencedColumns, onDelete }) => ({
      table: schema ? `${schema}.${table}` : table,
      columns,
      referencedColumns,
      discard: holdsTokens({ table, columns }, userModel),
      onDelete,
    }))
}

/**
 * Rows of another database cannot move in this transaction
 */
function readRelations(userModel: LucidModel): Transfer[] {
  const relations = [...userModel.$relationsDefinitions.values()] as RelationshipsContract[]
  return relations
    .filter((relation) => !hasConstraints(relation))
    .filter((relation) => relation.relatedModel().connection === userModel.connection)
    .map(readRelation)
    .filter((transfer) => transfer !== null)
}

/**
 * The providers of access tokens and of remember-me tokens are static
 * properties of the model
 */
function holdsTokens(
  { table, columns }: Pick<Transfer, 'table' | 'columns'>,
  userModel: LucidModel
): boolean {
  const tokenTables = Object.values(userModel)
    .filter((value) => value?.options?.tokenableModel)
    .map((provider) => provider.table)
  return tokenTables.includes(table) || columns.includes(TOKEN_COLUMN)
}
