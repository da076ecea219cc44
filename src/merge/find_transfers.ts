import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'

import type { Transfer } from './transfer.ts'
import { importModel } from '../guests/configured_models.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { AnyTransferEntry, ModelTransfer, TransferOptions } from '../types.ts'

/**
 * Reads `transfer` of the configuration
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when a name in it is wrong
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
 * The rows that a relation of the user model is about
 *
 * @returns null for relations whose rows do not point at the user
 */
export function readRelation(relation: RelationshipsContract): Transfer | null {
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
 * A relation that shows some rows only says nothing about the others
 */
export function hasConstraints(relation: RelationshipsContract): boolean {
  return Boolean((relation as { onQueryHook?: unknown }).onQueryHook)
}

function columnOf(model: LucidModel, attribute: string): string {
  return model.$getColumn(attribute)!.columnName
}
