import { BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { isSqlite } from '../database/catalog.ts'
import type { Bookmark } from './expired_guests.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

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
 * PostgreSQL claims guests and removes them in one statement: half of its time
 * would go into talking. The rows of `guests` are locked and those that others
 * hold skipped, their users deleted, and the foreign keys do the rest. Whose
 * user a trigger keeps stays a guest.
 *
 * Users are not locked beforehand as `claimGuests` does: whose row is in use is
 * waited for, but not for long. Arrays keep PostgreSQL from planning for each
 * length of the list
 */
const removeOnPostgres = (claim: string) => `
  with claimed as materialized (
    select :userId: as id, :moment: as moment from :guests: where :moment: < :cutoff and ${claim}
    for update skip locked
  ), deleted as (
    delete from :users: where :id: = any(array(select id from claimed)) returning :id: as id
  ), forgotten as (
    delete from :guests: where :userId: = any(array(select id from deleted))
  )
  select claimed.id as "userId", cast(claimed.moment as text) as moment,
    deleted.id is not null as "isDeleted"
  from claimed left join deleted on deleted.id = claimed.id`

const CHOSEN_ON_POSTGRES = removeOnPostgres(':userId: = any(:userIds)')
const OLDEST_ON_POSTGRES = removeOnPostgres(`:moment: >= :after
  and (:moment: > :after or :userId: > :afterId) order by :moment:, :userId: limit :size`)

type Row = Bookmark & { isDeleted: boolean }

/**
 * Claims guests and removes them and their users, in the given transaction.
 * Whom it did not get is somebody else's, or no expired guest any more
 */
export class Removal {
  #userModel: LucidModel
  #tables: GuestTables
  #cutoff: string
  #hasDeleteOfItsOwn: boolean

  /**
   * Does one statement find the oldest guests and remove them?
   */
  readonly canSweep: boolean

  constructor(
    { dialect }: QueryClientContract,
    userModel: LucidModel,
    tables: GuestTables,
    cutoff: string
  ) {
    this.#userModel = userModel
    this.#tables = tables
    this.#cutoff = cutoff
    this.#hasDeleteOfItsOwn = hasDeleteOfItsOwn(userModel)
    this.canSweep = dialect.name === 'postgres' && !this.#hasDeleteOfItsOwn
  }

  /**
   * One statement for all of them, unless the model has its own ideas about what
   * deleting means
   *
   * @throws DeleteIgnored when a trigger kept some of them, and nobody knows whom
   */
  remove(trx: TransactionClientContract, userIds: UserId[]): Promise<Removed> {
    if (this.#hasDeleteOfItsOwn) {
      return this.#removeThroughModel(trx, userIds)
    }
    return this.canSweep ? this.#removeChosen(trx, userIds) : this.#removeAll(trx, userIds)
  }

  /**
   * Removes the oldest guests behind the bookmark whom nobody holds, and their
   * users: others are taken for those who are locked
   *
   * @returns whom it removed
   * @throws DeleteIgnored when a trigger kept some of them
   */
  async removeOldest(
    trx: TransactionClientContract,
    size: number,
    bookmark: Bookmark | undefined
  ): Promise<Bookmark[]> {
    const { rows }: { rows: Row[] } = await trx.rawQuery(OLDEST_ON_POSTGRES, {
      ...this.#tables,
      cutoff: this.#cutoff,
      after: bookmark?.moment ?? '-infinity',
      afterId: bookmark?.userId ?? (null as never),
      size,
    })
    if (!rows.every(({ isDeleted }) => isDeleted)) {
      throw new DeleteIgnored()
    }
    return rows
  }

  async #removeChosen(trx: TransactionClientContract, userIds: UserId[]): Promise<Removed> {
    const { rows }: { rows: Row[] } = await trx.rawQuery(CHOSEN_ON_POSTGRES, {
      ...this.#tables,
      cutoff: this.#cutoff,
      userIds: userIds as string[],
    })
    const idsOf = (some: Row[]) => some.map(({ userId }) => userId)
    return {
      claimed: idsOf(rows),
      deleted: idsOf(rows.filter(({ isDeleted }) => isDeleted)),
      kept: idsOf(rows.filter(({ isDeleted }) => !isDeleted)),
    }
  }

  /**
   * The database may know no foreign keys: SQLite has to be told to mind them
   */
  async #removeAll(trx: TransactionClientContract, userIds: UserId[]): Promise<Removed> {
    const { guests, userId, users, id } = this.#tables
    const claimed = await this.claim(trx, userIds)
    if (claimed.length > 0) {
      await trx.from(guests).whereIn(userId, claimed).delete()
      const deleted = await trx.from(users).whereIn(id, claimed).delete()
      if (Number(deleted) < claimed.length) {
        throw new DeleteIgnored()
      }
    }
    return { claimed, deleted: claimed, kept: [] }
  }

  /**
   * One by one, so that their hooks and their `delete()` run
   */
  async #removeThroughModel(trx: TransactionClientContract, userIds: UserId[]): Promise<Removed> {
    const { guests, userId, users, id } = this.#tables
    const claimed = await this.claim(trx, userIds)
    if (claimed.length === 0) {
      return { claimed, deleted: [], kept: [] }
    }

    for (const user of await this.#userModel
      .query({ client: trx })
      .whereIn(this.#userModel.primaryKey, claimed)) {
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
  async claim(trx: TransactionClientContract, userIds: UserId[]): Promise<UserId[]> {
    const { guests, userId, moment, users, id } = this.#tables
    const query = trx
      .from(`${guests} as g`)
      .select(`g.${userId} as userId`)
      .whereIn(`g.${userId}`, userIds)
      .where(`g.${moment}`, '<', this.#cutoff)

    if (isSqlite(trx)) {
      // One writer at a time. A write that changes nothing makes that us
      await trx.rawQuery('update ?? set ?? = ?? where 1 = 0', [guests, userId, userId])
    } else {
      query.join(`${users} as u`, `u.${id}`, `g.${userId}`).forUpdate().skipLocked()
    }
    const rows = await query
    return rows.map((row) => row.userId)
  }
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
