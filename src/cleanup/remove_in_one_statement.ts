import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { Removed } from './removed.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * The rows of `guests` are locked and those that others hold skipped, their
 * users deleted, and the foreign keys do the rest. The ids come back only when
 * they are not simply all of them: a trigger may keep a user. An array keeps
 * PostgreSQL from planning for each length of the list
 */
const POSTGRES = `
  with claimed as materialized (
    select :userId: as id from :guests:
    where :userId: = any(:userIds) and :moment: < :cutoff
    for update skip locked
  ), gone as (
    delete from :users: where :id: = any(array(select id from claimed)) returning :id: as id
  )
  select total, claimed.id, gone.id is not null as "isGone"
  from (select cast(count(*) as int) as total from gone) as counted
  left join claimed on total < :wanted
  left join gone on gone.id = claimed.id`

interface Row {
  /**
   * How many users are gone
   */
  total: number

  /**
   * Who was claimed; null when there is nobody to tell of
   */
  id: UserId | null
  isGone: boolean
}

/**
 * Does the database delete the row in `guests` with the user?
 */
export async function cascadesToGuests(
  client: QueryClientContract,
  { users, id, guests, userId }: GuestTables
): Promise<boolean> {
  const keys = await readForeignKeys(client, users)
  return keys.some(
    ({ schema, table, columns, referencedColumns, onDelete }) =>
      [table, `${schema}.${table}`].includes(guests) &&
      onDelete === 'cascade' &&
      columns.join() === userId &&
      referencedColumns.join() === id
  )
}

/**
 * What `removeTogether` does in three statements, for PostgreSQL: half of its
 * time would go into talking.
 *
 * Users are not locked beforehand as `claimGuests` does: whose row is in use is
 * waited for, but not for long
 */
export async function removeInOneStatement(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  userIds: UserId[]
): Promise<Removed> {
  const { rows }: { rows: Row[] } = await trx.rawQuery(POSTGRES, {
    ...tables,
    cutoff,
    userIds: userIds as string[],
    wanted: userIds.length,
  })
  if (rows[0].total === userIds.length) {
    return { claimed: userIds, deleted: userIds, kept: [] }
  }
  const claimed = rows.filter(({ id }) => id !== null)
  return {
    claimed: claimed.map(({ id }) => id!),
    deleted: claimed.filter(({ isGone }) => isGone).map(({ id }) => id!),
    kept: claimed.filter(({ isGone }) => !isGone).map(({ id }) => id!),
  }
}
