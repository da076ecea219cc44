import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { type Transfer, describeTransfer, isSameTransfer } from './transfer.ts'
import { listTokenProviders, TOKEN_COLUMN } from '../guests/user_tokens.ts'
import { importModel } from '../guests/configured_models.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { AnyTransferEntry, ModelTransfer, TransferOptions } from '../types.ts'
import { isTable, qualifiedName } from '../database/catalog.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'

/**
 * What happens to rows without a transfer, by delete rule
 */
const CONSEQUENCES: Record<string, string> = {
  'cascade': 'is deleted with the guest',
  'set null': 'is left without an owner',
  'set default': 'is assigned to the default owner',
}

/**
 * Finds everything that belongs to a user: by the foreign keys that reference
 * the users table, and by relations of the user model where a foreign key is
 * missing.
 *
 * Tokens of the guest are discarded: holders could sign in to the account
 */
export async function findTransfers(
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<Transfer[]> {
  const transfers: Transfer[] = await findForeignKeyTransfers(client, userModel, guestsTable)

  // The relation `guest` of `withGuestUser` belongs to the package
  const relations = readRelations(userModel).filter(({ table }) => table !== guestsTable)
  for (const { distinctColumns, ...transfer } of relations) {
    const known = transfers.find((other) => isSameTransfer(other, transfer))
    if (known) {
      known.model ??= transfer.model
    } else if (await isTable(client, transfer.table)) {
      transfers.push({ ...transfer, discard: isTokenTable(transfer, userModel) })
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
): Promise<(Transfer & { onDelete: string })[]> {
  const keys = await readForeignKeys(client, userModel.table)

  return keys
    .filter(({ table }) => table !== guestsTable)
    .map(({ schema, table, columns, referencedColumns, onDelete }) => ({
      table: qualifiedName({ schema, table }),
      columns,
      referencedColumns,
      discard: isTokenTable({ table, columns }, userModel),
      onDelete,
    }))
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

/**
 * Describes the foreign keys that `transfer` of the configuration omits, as
 * sentences for the log: their rows would be lost in a merge
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when it contains an unknown name
 */
export async function describeOmissions(
  entries: AnyTransferEntry[],
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<string[]> {
  const transfers = await resolveTransfers(entries, userModel)
  const keys = await findForeignKeyTransfers(client, userModel, guestsTable)

  return keys
    .filter((key) => !key.discard && !transfers.some((transfer) => isSameTransfer(transfer, key)))
    .map((key) => {
      const consequence = CONSEQUENCES[key.onDelete] ?? 'prevents the merge'
      return `"transfer" in "config/guest_user.ts" leaves out ${describeTransfer(key)}: when a guest is merged into an account, each row there ${consequence}. Name it, with "discard: true" if that is intended`
    })
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
    referencedColumns: [userModel.$getColumn(userModel.primaryKey)!.columnName],
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

/**
 * Skips other databases, whose rows cannot move in this transaction
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
 * The rows of a relation of the user model
 *
 * @returns null for relations whose rows do not reference the user
 */
function readRelation(relation: RelationshipsContract): Transfer | null {
  relation.boot()

  switch (relation.type) {
    case 'hasOne':
    case 'hasMany': {
      const model = relation.relatedModel()
      const { columnName } = model.$getColumn(relation.foreignKey)!
      return {
        table: model.table,
        columns: [columnName],
        referencedColumns: [columnOf(relation.model, relation.localKey)],
        distinctColumns: relation.type === 'hasOne' ? [columnName] : undefined,
        model,
      }
    }
    case 'manyToMany':
      return {
        table: relation.pivotTable,
        columns: [relation.pivotForeignKey],
        referencedColumns: [columnOf(relation.model, relation.localKey)],
        distinctColumns: [relation.pivotForeignKey, relation.pivotRelatedForeignKey],
      }
    default:
      return null
  }
}

/**
 * A relation with a constraint covers only some of the rows
 */
function hasConstraints(relation: RelationshipsContract): boolean {
  return Boolean((relation as { onQueryHook?: unknown }).onQueryHook)
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

function columnOf(model: LucidModel, attribute: string): string {
  return model.$getColumn(attribute)!.columnName
}
