import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { ConflictPolicy } from '../types.ts'
import type { UniqueKey } from '../database/unique_keys.ts'
import { splitQualifiedName } from '../database/catalog.ts'

/**
 * A row as the database has it
 */
export type Row = Record<string, any>

/**
 * A row of the guest that cannot move, because the account has one with the
 * same values in the columns of a unique key
 */
export interface Conflict {
  guestRow: Row
  accountRow: Row
}

/**
 * Rows of one table that change hands when a guest is merged
 */
export interface Transfer {
  /**
   * With its schema, where the database told it
   */
  table: string

  /**
   * The columns that point at a user
   */
  columns: string[]

  /**
   * The columns of the users table they point at, in the same order
   */
  referencedColumns: string[]

  /**
   * What gets the rows when a policy is asked, and when they are deleted
   */
  model?: LucidModel

  /**
   * Columns that no two rows of an account share, although the database would
   * not mind: a hasOne has one row, a manyToMany is a set
   */
  distinctColumns?: string[]

  /**
   * Without one, rows that say the same are dropped and others fail the merge
   */
  onConflict?: ConflictPolicy

  /**
   * The rows go with the guest
   */
  discard?: boolean
}

/**
 * `notes.user_id`, for people
 */
export function describeTransfer({ table, columns }: Transfer): string {
  return `${table}.${columns.join('+')}`
}

/**
 * Are these about the same column of the same table?
 */
export function isSameTransfer(one: Transfer, other: Transfer): boolean {
  return (
    splitQualifiedName(one.table).table === splitQualifiedName(other.table).table &&
    one.columns.join() === other.columns.join()
  )
}

/**
 * The columns of a key that do not tell whose the row is
 */
export function withoutOwner(key: UniqueKey, transfer: Transfer): string[] {
  return key.columns.filter((column) => !transfer.columns.includes(column))
}
