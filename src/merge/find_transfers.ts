import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { isSameTransfer, type Transfer } from './transfer.ts'
import {
  columnOf,
  findMissingPart,
  hasConstraints,
  isMovable,
  readRelation,
  readRelations,
} from './relation_transfers.ts'
import { listTokenProviders, TOKEN_COLUMN } from '../guests/user_tokens.ts'
import { importModel } from '../guests/configured_models.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { AnyTransferEntry, ModelTransfer, TransferOptions } from '../types.ts'
import { isNamed, qualifiedName, readDefaultSchema } from '../database/catalog.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'

/**
 * Finds everything that belongs to a user: by the foreign keys that reference
 * the users table, by relations of the user model where a foreign key is
 * missing, and by `transfer` of the configuration, which also says what happens
 * to the rows of each table.
 *
 * Tokens of the guest are discarded: holders could sign in to the account
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when `transfer` contains an unknown name
 */
export async function findTransfers(
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string,
  entries: AnyTransferEntry[] = []
): Promise<Transfer[]> {
  const transfers = await findForeignKeyTransfers(client, userModel, guestsTable)

  for (const { distinctColumns, ...transfer } of readRelations(userModel).transfers) {
    const known = await findSame(transfers, transfer, client)
    if (known.length > 0) {
      known.forEach((other) => complete(other, transfer))
    } else if (await isMovable(client, transfer, userModel)) {
      transfers.push({ ...transfer, discard: isTokenTable(transfer, userModel) })
    }
  }

  for (const configured of await resolveTransfers(entries, userModel)) {
    const known = await findSame(transfers, configured, client)
    known.forEach((other) => refine(other, configured))
    if (known.length === 0) {
      await assertExists(client, configured, userModel)
      transfers.push({
        ...configured,
        discard: configured.discard ?? isTokenTable(configured, userModel),
      })
    }
  }
  return transfers
}

/**
 * The transfers that the foreign keys define
 */
async function findForeignKeyTransfers(
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<Transfer[]> {
  const keys = await readForeignKeys(client, userModel.table)

  return keys
    .filter((key) => !isNamed(key, guestsTable))
    .map(({ schema, table, columns, referencedColumns }) => ({
      table: qualifiedName({ schema, table }),
      columns,
      referencedColumns,
      discard: isTokenTable({ table, columns }, userModel),
    }))
}

/**
 * Several schemas may have a table of this name. The name of a model means the
 * one in the default schema
 */
async function findSame(
  transfers: Transfer[],
  transfer: Transfer,
  client: QueryClientContract
): Promise<Transfer[]> {
  const same = transfers.filter((other) => isSameTransfer(other, transfer))
  if (new Set(same.map(({ table }) => table)).size < 2) {
    return same
  }
  const schema = await readDefaultSchema(client)
  return same.filter(({ table }) => table === qualifiedName({ schema, table: transfer.table }))
}

/**
 * Names what a foreign key found as the user model does
 */
function complete(transfer: Transfer, { relation, model }: Transfer) {
  transfer.relation ??= relation
  transfer.model ??= model
}

function refine(transfer: Transfer, configured: Transfer) {
  complete(transfer, configured)
  transfer.model = configured.model ?? transfer.model
  transfer.distinctColumns = configured.distinctColumns ?? transfer.distinctColumns
  transfer.onConflict = configured.onConflict ?? transfer.onConflict
  transfer.discard = configured.discard ?? transfer.discard
}

/**
 * Resolves `transfer` of the configuration
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when it contains an unknown name
 */
export function resolveTransfers(
  entries: AnyTransferEntry[],
  userModel: LucidModel
): Promise<Transfer[]> {
  return Promise.all(
    entries.map((entry) => {
      if (typeof entry === 'string') {
        return fromRelation({ relation: entry }, userModel)
      }
      return entry.relation === undefined
        ? fromModel(entry, userModel)
        : fromRelation(entry, userModel)
    })
  )
}

async function fromModel(
  { foreignKey, onConflict, discard, ...entry }: ModelTransfer,
  userModel: LucidModel
): Promise<Transfer> {
  const model = await importModel('transfer', entry.model)
  const column = model.$getColumn(foreignKey)
  if (!column) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"transfer" names the foreign key "${foreignKey}", but the model "${model.name}" has no such column`,
    ])
  }
  return {
    table: model.table,
    columns: [column.columnName],
    referencedColumns: [columnOf(userModel, userModel.primaryKey)],
    model,
    onConflict,
    discard,
  }
}

async function fromRelation(
  { relation: name, onConflict, discard }: { relation: string } & TransferOptions,
  userModel: LucidModel
): Promise<Transfer> {
  const relation = userModel.$getRelation(name as never) as RelationshipsContract | undefined
  const transfer = relation && readRelation(relation)
  if (!transfer) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      relation
        ? `"transfer" names the relation "${name}" of the model "${userModel.name}", which is of the kind ${relation.type}. It takes hasOne, hasMany and manyToMany`
        : `"transfer" names the relation "${name}", but the model "${userModel.name}" has no such relation`,
    ])
  }
  if (hasConstraints(relation)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"transfer" names the relation "${name}", which has an "onQuery". Name its "model" and "foreignKey" instead, or move its rows in "merge"`,
    ])
  }
  return { ...transfer, onConflict, discard }
}

async function assertExists(
  client: QueryClientContract,
  transfer: Transfer,
  userModel: LucidModel
): Promise<void> {
  const missing = await findMissingPart(client, transfer, userModel)
  if (missing) {
    const name = transfer.relation ?? transfer.model!.name
    throw new E_INVALID_GUEST_USER_CONFIG([`"transfer" names "${name}", but ${missing}`])
  }
}

/**
 * Is this a token table? The token providers are static properties of the model
 */
function isTokenTable(
  { table, columns }: Pick<Transfer, 'table' | 'columns'>,
  userModel: LucidModel
): boolean {
  const tokenTables = listTokenProviders(userModel).map((provider) => provider.table)
  return tokenTables.includes(table) || columns.includes(TOKEN_COLUMN)
}
