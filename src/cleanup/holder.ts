import type { ForeignKey } from '../database/foreign_keys.ts'
import { readDatabaseError } from '../database/database_error.ts'

const REFUSALS = ['foreign_key', 'not_null', 'check', 'unique', 'raised']

/**
 * The foreign key that keeps a user from being deleted
 */
export interface Holder {
  /**
   * The table that points at the user, null when nobody can tell
   */
  table: string | null

  /**
   * Null in SQLite, which has no names for them
   */
  constraint: string | null
}

export function describeHolder({ table, name }: ForeignKey): Holder {
  return { table, constraint: name }
}

/**
 * Does the database refuse to delete a row because of others? ON DELETE SET NULL
 * does so too where null is not allowed, and so does a trigger
 */
export function isRefusal(error: unknown): boolean {
  const kind = readDatabaseError(error)?.kind
  return kind !== undefined && REFUSALS.includes(kind)
}

/**
 * @returns null when the error does not name the table, as in SQLite
 */
export function readHolder(error: unknown): Holder | null {
  const { table, constraint, column } = readDatabaseError(error) ?? {}
  return table ? { table, constraint: constraint ?? column ?? null } : null
}
