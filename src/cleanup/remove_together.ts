import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { claimGuests } from './claim.ts'
import { DeleteIgnored, type Removed } from './removed.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Deletes guests, then their users, each with one statement. The database may
 * know no foreign keys: SQLite has to be told to mind them
 *
 * @throws DeleteIgnored when a trigger kept some of them
 */
export async function removeTogether(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  userIds: UserId[]
): Promise<Removed> {
  const claimed = await claimGuests(trx, tables, cutoff, userIds)
  if (claimed.length > 0) {
    await trx.from(tables.guests).whereIn(tables.userId, claimed).delete()
    const gone = await trx.from(tables.users).whereIn(tables.id, claimed).delete()
    if (Number(gone) < claimed.length) {
      throw new DeleteIgnored()
    }
  }
  return { claimed, deleted: claimed, kept: [] }
}
