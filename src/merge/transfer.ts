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
 * Formats a transfer for messages, such as `notes.user_id`
 */
export function describeTransfer({ table, columns }: Transfer): string {
  return `${table}.${columns.join('+')}`
}

/**
 * Do both move the same column of the same table?
 */
export function isSameTransfer(one: Transfer, other: Transfer): boolean {
  return (
    splitQualifiedName(one.table).table === splitQualifiedName(other.table).table &&
    one.columns.join() === other.columns.join()
  )
}

/**
 * The columns of a unique key other than those that reference the user
 */
export function withoutOwner(key: UniqueKey, transfer: Transfer): string[] {
  return key.columns.filter((column) => !transfer.columns.includes(column))
}
