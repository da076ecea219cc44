import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { DeleteIgnored } from './removed.ts'
import type { Bookmark } from './expired_guests.ts'
import type { GuestTables } from '../database/guest_tables.ts'

/**
 * Like `removeInOneStatement`, but the guests are found by the statement itself:
 * rows that others hold are skipped, and as many others taken instead
 */
const POSTGRES = `
  with claimed as materialized (
    select :userId: as id, :moment: as moment from :guests:
    where :moment: < :cutoff and :moment: >= :behind
      and (:moment: > :behind or :userId: > :behindId)
    order by :moment:, :userId:
    limit :size
    for update skip locked
  ), gone as (
    delete from :users: where :id: = any(array(select id from claimed)) returning 1
  )
  select id as "userId", cast(moment as text) as moment,
    (select cast(count(*) as int) from gone) as total
  from claimed`

/**
 * Removes the oldest guests behind the bookmark whom nobody holds, and their
 * users
 *
 * @returns whom it removed, the oldest first
 * @throws DeleteIgnored when a trigger kept some of them
 */
export async function removeOldest(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  size: number,
  bookmark: Bookmark | undefined
): Promise<Bookmark[]> {
  const { rows }: { rows: (Bookmark & { total: number })[] } = await trx.rawQuery(POSTGRES, {
    ...tables,
    cutoff,
    behind: bookmark?.moment ?? '-infinity',
    behindId: bookmark?.userId ?? (null as never),
    size,
  })
  if (rows.length > 0 && rows[0].total < rows.length) {
    throw new DeleteIgnored()
  }
  return rows
}
