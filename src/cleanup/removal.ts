import { BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { GuestTables, UserId } from '../database/guest_tables.ts'
import { isSqlite } from '../database/catalog.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'

/**
 * Claims guests and removes them and their users, in the given transaction
 */
export type RemoveGuests = (trx: TransactionClientContract, userIds: UserId[]) => Promise<Removed>

/**
 * One statement for all of them, unless the model has its own ideas about what
 * deleting means
 */
export async function chooseRemoval(
  client: QueryClientContract,
  userModel: LucidModel,
  tables: GuestTables,
  cutoff: string
): Promise<RemoveGuests> {
  if (hasDeleteOfItsOwn(userModel)) {
    return (trx, userIds) => removeThroughModel(trx, userModel, tables, cutoff, userIds)
  }
  return (await removesInOneStatement(client, userModel, tables))
    ? (trx, userIds) => removeInOneStatement(trx, tables, cutoff, userIds)
    : (trx, userIds) => removeTogether(trx, tables, cutoff, userIds)
}

/**
 * Does one statement claim guests and remove them, with all that is theirs?
 */
export async function removesInOneStatement(
  client: QueryClientContract,
  userModel: LucidModel,
  tables: GuestTables
): Promise<boolean> {
  return (
    client.dialect.name === 'postgres' &&
    !hasDeleteOfItsOwn(userModel) &&
    (await cascadesToGuests(client, tables))
  )
}

/**
 * A larger batch is hardly faster, but takes longer
 */
export function largestBatchSize(client: QueryClientContract, userModel: LucidModel): number {
  if (hasDeleteOfItsOwn(userModel)) {
    return 100
  }
  return client.dialect.name === 'postgres' ? 2000 : 500
}

/**
 * Does deleting a user mean more than deleting its row?
 */
export function hasDeleteOfItsOwn(userModel: LucidModel): boolean {
  const hooks = userModel.$hooks.all()
  return (
    ['before:delete', 'after:delete'].some((event) => hooks.get(event)?.size) ||
    userModel.prototype.delete !== BaseModel.prototype.delete ||
    userModel.prototype.$getQueryFor !== BaseModel.prototype.$getQueryFor ||
    userModel.$adapter !== BaseModel.$adapter
  )
}

/**
 * Whom a transaction claimed, and what became of them
 */
export interface Removed {
  claimed: UserId[]
  deleted: UserId[]

  /**
   * Their rows are still there after the delete: the model, or a trigger, hides
   * users instead. They stay guests
   */
  kept: UserId[]
}

/**
 * The database was told to delete users, and did not, and did not object either.
 * The transaction must be undone: without a row in `guests`, they would be
 * regular users
 */
export class DeleteIgnored extends Error {}

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
