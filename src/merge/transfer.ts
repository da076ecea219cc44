import string from '@adonisjs/core/helpers/string'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { ConflictPolicy } from '../types.ts'
import type { UniqueKey } from '../database/unique_keys.ts'
import { splitQualifiedName } from '../database/catalog.ts'

/**
 * A row, as the driver returns it
 */
export type Row = Record<string, any>

/**
 * A row of the guest that cannot move because a row of the account has the same
 * values in the columns of a unique key
 */
export interface Conflict {
  guestRow: Row
  accountRow: Row
}

/**
 * The rows of one table that move when a guest is merged
 */
export interface Transfer {
  /**
   * Includes the schema if the catalogue returned one
   */
  table: string

  /**
   * The columns that reference a user
   */
  columns: string[]

  /**
   * The referenced columns of the users table, in the same order
   */
  referencedColumns: string[]

  /**
   * The relation of the user model that has these rows
   */
  relation?: string

  /**
   * The model used to call a conflict policy and to delete rows
   */
  model?: LucidModel

  /**
   * Columns that must be unique per account, although no unique key enforces
   * it: a hasOne has one row, a manyToMany is a set
   */
  distinctColumns?: string[]

  /**
   * Without it, rows with the same content are dropped, others fail the merge
   */
  onConflict?: ConflictPolicy

  /**
   * The rows are deleted with the guest
   */
  discard?: boolean
}

/**
 * A transfer, with the values of the guest and of the account in the referenced
 * columns
 */
export interface Move {
  transfer: Transfer
  guestValues: Row
  accountValues: Row
}

/**
 * What to write into the configuration to decide about these rows, for the end
 * of a sentence
 *
 * @param option such as `discard: true`
 */
export function describeEntry(transfer: Transfer, option: string): string {
  const { relation, model, table, columns } = transfer
  if (relation) {
    return `{ relation: '${relation}', ${option} } in "transfer"`
  }
  if (columns.length > 1) {
    return '"merge"'
  }
  const name = model?.name ?? string.singular(splitQualifiedName(table).table)
  const attribute = model?.$keys.columnsToAttributes.get(columns[0])
  const foreignKey = attribute ?? string.camelCase(columns[0])
  return `{ model: () => import('#models/${string.snakeCase(name)}'), foreignKey: '${foreignKey}', ${option} } in "transfer"`
}

/**
 * Do both move the same columns of the same table? A name without a schema
 * fits every schema
 */
export function isSameTransfer(one: Transfer, other: Transfer): boolean {
  return isSameTable(one.table, other.table) && one.columns.join() === other.columns.join()
}

export function isSameTable(one: string, other: string): boolean {
  const [first, second] = [splitQualifiedName(one), splitQualifiedName(other)]
  const isSameSchema = !first.schema || !second.schema || first.schema === second.schema
  return isSameSchema && first.table === second.table
}

/**
 * The columns of a unique key other than those that reference the user
 */
export function withoutOwner(key: UniqueKey, transfer: Transfer): string[] {
  return key.columns.filter((column) => !transfer.columns.includes(column))
}

/**
 * The keys by which a row of the guest may conflict with one of the account
 */
export function listOwnerKeys(keys: UniqueKey[], transfer: Transfer): UniqueKey[] {
  const { columns, distinctColumns } = transfer
  const relevant = keys.filter((key) => key.columns.some((column) => columns.includes(column)))
  return distinctColumns
    ? [...relevant, { name: 'relation', columns: distinctColumns, isPrimary: false }]
    : relevant
}
