import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { RelationshipsContract } from '@adonisjs/lucid/types/relations'

import type { Transfer } from './transfer.ts'
import { isTable } from '../database/catalog.ts'
import { readTableColumns } from '../database/table_columns.ts'

/**
 * A relation of the user model that no rows can have: nobody uses it, so it
 * must not stand in the way of a merge
 */
export interface BrokenRelation {
  relation: string

  /**
   * What is wrong, for a sentence that starts with the relation
   */
  problem: string
}

/**
 * Reads the relations of the user model that move with a guest. Skips other
 * databases, whose rows cannot move in the same transaction
 */
export function readRelations(userModel: LucidModel): {
  transfers: Transfer[]
  broken: BrokenRelation[]
} {
  const transfers: Transfer[] = []
  const broken: BrokenRelation[] = []

  for (const [name, definition] of userModel.$relationsDefinitions) {
    const relation = definition as RelationshipsContract
    try {
      const isElsewhere = relation.relatedModel().connection !== userModel.connection
      const transfer = isElsewhere || hasConstraints(relation) ? null : readRelation(relation)
      if (transfer) {
        transfers.push(transfer)
      }
    } catch (error) {
      broken.push({ relation: name, problem: `cannot be used: ${(error as Error).message}` })
    }
  }
  return { transfers, broken }
}

/**
 * The rows of a relation of the user model
 *
 * @returns null for relations whose rows do not reference the user
 * @throws errors of Lucid when the relation names a property that does not exist
 */
export function readRelation(relation: RelationshipsContract): Transfer | null {
  relation.boot()
  const { relationName } = relation

  switch (relation.type) {
    case 'hasOne':
    case 'hasMany': {
      const model = relation.relatedModel()
      const column = columnOf(model, relation.foreignKey)
      return {
        relation: relationName,
        table: model.table,
        columns: [column],
        referencedColumns: [columnOf(relation.model, relation.localKey)],
        distinctColumns: relation.type === 'hasOne' ? [column] : undefined,
        model,
      }
    }
    case 'manyToMany':
      return {
        relation: relationName,
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
export function hasConstraints(relation: RelationshipsContract): boolean {
  return Boolean((relation as { onQueryHook?: unknown }).onQueryHook)
}

/**
 * A foreign key has its table and columns; a relation or a model may only claim
 * so
 *
 * @returns which part does not exist, for a sentence, or undefined
 */
export async function findMissingPart(
  client: QueryClientContract,
  transfer: Transfer,
  userModel: LucidModel
): Promise<string | undefined> {
  const { table, columns, distinctColumns = [], referencedColumns } = transfer
  const find = async (name: string, wanted: string[]) => {
    const existing = await readTableColumns(client, name)
    const found = existing.map((column) => column.name.toLowerCase())
    const missing = wanted.find((column) => !found.includes(column.toLowerCase()))
    return found.length === 0
      ? `there is no table "${name}"`
      : missing && `the table "${name}" has no column "${missing}"`
  }

  const primaryKey = columnOf(userModel, userModel.primaryKey)
  return (
    (await find(table, [...columns, ...distinctColumns])) ??
    (referencedColumns.join() === primaryKey
      ? undefined
      : await find(userModel.table, referencedColumns))
  )
}

/**
 * The relations of the user model that a merge skips, because their rows cannot
 * exist
 */
export async function findBrokenRelations(
  client: QueryClientContract,
  userModel: LucidModel
): Promise<BrokenRelation[]> {
  const { transfers, broken } = readRelations(userModel)
  for (const transfer of transfers) {
    const problem = await findMissingPart(client, transfer, userModel)
    if (problem) {
      broken.push({ relation: transfer.relation!, problem: `finds no rows: ${problem}` })
    }
  }
  return broken
}

/**
 * Can rows of this relation move? Those of a view cannot
 */
export async function isMovable(
  client: QueryClientContract,
  transfer: Transfer,
  userModel: LucidModel
): Promise<boolean> {
  return (
    (await isTable(client, transfer.table)) && !(await findMissingPart(client, transfer, userModel))
  )
}

export function columnOf(model: LucidModel, attribute: string): string {
  return model.$getColumn(attribute)!.columnName
}
