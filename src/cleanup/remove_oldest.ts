import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { Bookmark } from './expired_guests.ts'
import type { GuestTables } from './guest_tables.ts'

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
    delete from :users: where :id: = any(array(select id from claimed))
  )
  select id as "userId", cast(moment as text) as moment from claimed`

/**
 * Removes the oldest guests behind the bookmark whom nobody holds, and their
 * users
 *
 * @returns whom it removed, the oldest first
 */
export async function removeOldest(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  size: number,
  bookmark: Bookmark | undefined
): Promise<Bookmark[]> {
  const { rows } = await trx.rawQuery(POSTGRES, {
    ...tables,
    cutoff,
    behind: bookmark?.moment ?? '-infinity',
    behindId: bookmark?.userId ?? (null as never),
    size,
  })
  return rows
}
