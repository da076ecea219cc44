import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { claimGuests } from './claim.ts'
import type { Removed } from './removed.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Deletes users one by one, so that their hooks and their `delete()` run. Whose
 * row is there afterwards keeps the one in `guests`: without it, they would be
 * a regular user
 */
export async function removeThroughModel(
  trx: TransactionClientContract,
  userModel: LucidModel,
  tables: GuestTables,
  cutoff: string,
  userIds: UserId[]
): Promise<Removed> {
  const { guests, userId, users, id } = tables
  const claimed = await claimGuests(trx, tables, cutoff, userIds)
  if (claimed.length === 0) {
    return { claimed, deleted: [], kept: [] }
  }

  for (const user of await userModel
    .query({ client: trx })
    .whereIn(userModel.primaryKey, claimed)) {
    await user.delete()
  }

  const rows = await trx
    .from(`${guests} as g`)
    .join(`${users} as u`, `u.${id}`, `g.${userId}`)
    .select(`g.${userId} as userId`)
    .whereIn(`g.${userId}`, claimed)
  const remaining = new Set(rows.map((row) => row.userId))
  const kept = claimed.filter((claim) => remaining.has(claim))
  const deleted = claimed.filter((claim) => !remaining.has(claim))
  await trx.from(guests).whereIn(userId, deleted).delete()
  return { claimed, deleted, kept }
}
