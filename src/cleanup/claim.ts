import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { isSqlite } from '../is_sqlite.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Locks the rows of guests until the transaction ends: whoever converts, merges
 * or comes back at that moment either was first, and is not returned, or waits
 * and then finds the guest gone.
 *
 * Their users are locked as well, so that nobody is deleted whose rows another
 * transaction is working on, and the cleanup does not wait for it. Rows are
 * found by primary key, because InnoDB locks what it looks at in other indexes.
 *
 * @returns whom this transaction got
 */
export async function claimGuests(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  userIds: UserId[]
): Promise<UserId[]> {
  const { guests, userId, moment, users, id } = tables
  const query = trx
    .from(`${guests} as g`)
    .select(`g.${userId} as userId`)
    .whereIn(`g.${userId}`, userIds)
    .where(`g.${moment}`, '<', cutoff)

  if (isSqlite(trx)) {
    await lockDatabase(trx, tables)
  } else {
    query.join(`${users} as u`, `u.${id}`, `g.${userId}`).forUpdate().skipLocked()
  }
  const rows = await query
  return rows.map((row) => row.userId)
}

/**
 * SQLite has one writer at a time. A write that changes nothing, before
 * anything is read, makes that us
 */
async function lockDatabase(trx: QueryClientContract, { guests, userId }: GuestTables) {
  await trx.rawQuery('update ?? set ?? = ?? where 1 = 0', [guests, userId, userId])
}
