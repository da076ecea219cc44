import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'

/**
 * The column of auth's token tables that points at the user
 */
export const TOKEN_COLUMN = 'tokenable_id'

/**
 * What is needed of auth's providers of access tokens and of remember-me tokens
 */
interface TokenProvider {
  table: string

  /**
   * Of access tokens only
   */
  type?: string
  create?: (user: LucidRow, ...options: unknown[]) => Promise<unknown>
}

/**
 * The providers are static properties of the user model
 */
export function listTokenProviders(userModel: LucidModel): TokenProvider[] {
  return Object.values(userModel).filter((value) => value?.options?.tokenableModel)
}

/**
 * Deletes the tokens of a user, because whoever has one could use the account
 *
 * @param row with the access token of this request, if it has one: that one stays
 */
export async function revokeTokens(
  trx: TransactionClientContract,
  userModel: LucidModel,
  userId: UserId,
  row?: LucidRow & { currentAccessToken?: { identifier: string | number | BigInt } }
): Promise<void> {
  const inUse = row?.currentAccessToken?.identifier
  for (const { table, type } of listTokenProviders(userModel)) {
    const query = trx.from(table).where(TOKEN_COLUMN, userId)
    if (type !== undefined) {
      query.where('type', type)
    }
    if (type !== undefined && inUse !== undefined) {
      query.whereNot('id', String(inUse))
    }
    await query.delete()
  }
}
