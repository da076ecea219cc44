import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { findTakenAttributes } from '../database/taken_columns.ts'
import { readDatabaseError, withoutValues } from '../database/database_error.ts'
import { E_INCOMPLETE_SOCIAL_ATTRIBUTES, E_NOT_A_GUEST, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'

/**
 * Somebody was first: linked the identity, took the address, or converted the
 * guest. Looking again tells what that means for this login
 */
export function isLostRace(error: unknown): boolean {
  return error instanceof E_NOT_A_GUEST || readDatabaseError(error)?.kind === 'unique'
}

/**
 * What it means that the database refused an account. Its own error holds the
 * values, which belong into no log
 *
 * @returns the error itself when it is of another kind
 */
export async function explainRefusal(
  error: unknown,
  userModel: LucidModel,
  client: QueryClientContract
): Promise<unknown> {
  const { kind, column } = readDatabaseError(error) ?? {}

  if (kind === 'not_null' && column && hasColumn(userModel, column)) {
    return new E_INCOMPLETE_SOCIAL_ATTRIBUTES([`${userModel.table}.${column}`])
  }
  if (kind === 'unique') {
    const taken = await findTakenAttributes(client, userModel, error)
    return taken.includes('email') ? new E_SOCIAL_EMAIL_TAKEN() : withoutValues(error)
  }
  return error
}

/**
 * `linkAccount` writes to a table of its own, about which `attributes` can do
 * nothing
 */
function hasColumn(userModel: LucidModel, column: string): boolean {
  return [...userModel.$columnsDefinitions.values()].some(({ columnName }) => columnName === column)
}
