import { Adapter, BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { isSqlite } from '../database/catalog.ts'
import type { Bookmark } from '../database/bookmark.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * The guests that a transaction claimed, and what happened to them
 */
export interface Removed {
  claimed: UserId[]
  deleted: UserId[]

  /**
   * Their rows remain after the delete, because the model or a trigger hides
   * users instead. They stay guests
   */
  kept: UserId[]
}

/**
 * A delete of users succeeded, but some of their rows remain. The transaction
 * must be rolled back: without a row in `guests`, they would be regular users
 */
export class DeleteIgnored extends Error {}

/**
 * Claims and deletes guests in one statement on PostgreSQL, because round trips
 * would take half of the time. It locks the rows of `guests` and skips locked
 * ones, deletes their users, and leaves the rest to the foreign keys. A user
 * that a trigger keeps stays a guest.
 *
 * Unlike `claim`, it does not lock the users first: it waits for a user that is
 * in use, up to the lock timeout. Arrays are bound because lists of different
 * lengths would each need a plan
 */
const postgresRemoval = (claim: string) => `
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

const REMOVE_CHOSEN = postgresRemoval(':userId: = any(:userIds)')
const REMOVE_OLDEST = postgresRemoval(
  '(:moment:, :userId:) > (:after, :afterId) order by :moment:, :userId: limit :size'
)

type Row = Bookmark & { isDeleted: boolean }

/**
 * Claims guests and deletes them with their users, in the given transaction.
 * Guests it did not claim are locked, or no longer expired
 */
export class Removal {
  #userModel: LucidModel
  #tables: GuestTables
  #cutoff: string
  #hasCustomDelete: boolean

  /**
   * Can one statement find and delete the oldest guests?
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
    this.#hasCustomDelete = hasCustomDelete(userModel)
    this.canSweep = dialect.name === 'postgres' && !this.#hasCustomDelete
  }

  /**
   * Deletes all of them in one statement, unless the model customizes deletes
   *
   * @throws DeleteIgnored when a trigger kept some of them, and it is unknown
   * which
   */
  remove(trx: TransactionClientContract, userIds: UserId[]): Promise<Removed> {
    if (this.#hasCustomDelete) {
      return this.#removeThroughModel(trx, userIds)
    }
    return this.canSweep ? this.#removeChosen(trx, userIds) : this.#removeAll(trx, userIds)
  }

  /**
   * Deletes the oldest guests after the bookmark that are not locked, and their
   * users. Locked ones are replaced by the next ones
   *
   * @returns the deleted guests
   * @throws DeleteIgnored when a trigger kept some of them
   */
  async removeOldest(
    trx: TransactionClientContract,
    size: number,
    bookmark: Bookmark | undefined
  ): Promise<Bookmark[]> {
    const { rows }: { rows: Row[] } = await trx.rawQuery(REMOVE_OLDEST, {
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
    const { rows }: { rows: Row[] } = await trx.rawQuery(REMOVE_CHOSEN, {
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
   * Does not rely on cascades: SQLite enforces foreign keys only when told to
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
   * Deletes users one by one, so that their hooks and their `delete()` run
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
   * Were these users deleted by a transaction that nobody had an answer from?
   * Waits until it has ended
   */
  async areDeleted(client: QueryClientContract, userIds: UserId[]): Promise<boolean> {
    const { users, id } = this.#tables
    const remaining = await client.from(users).select(id).whereIn(id, userIds).forUpdate()
    return remaining.length === 0
  }

  /**
   * Locks the rows of guests until the transaction ends. Whoever converts,
   * merges or touches a guest at the same time either came first, and the guest
   * is not returned, or waits and then finds the guest deleted.
   *
   * Locks their users as well, so that the cleanup skips users whose rows
   * another transaction is using instead of waiting for it. Finds rows by
   * primary key, because InnoDB also locks what it reads in other indexes.
   *
   * @returns the users that this transaction claimed
   */
  async claim(trx: TransactionClientContract, userIds: UserId[]): Promise<UserId[]> {
    const { guests, userId, moment, users, id } = this.#tables
    const query = trx
      .from(`${guests} as g`)
      .select(`g.${userId} as userId`)
      .whereIn(`g.${userId}`, userIds)
      .where(`g.${moment}`, '<', this.#cutoff)

    if (isSqlite(trx)) {
      // SQLite has one writer at a time: a write that changes nothing takes the lock
      await trx.rawQuery('update ?? set ?? = ?? where 1 = 0', [guests, userId, userId])
    } else {
      query.join(`${users} as u`, `u.${id}`, `g.${userId}`).forUpdate().skipLocked()
    }
    const rows = await query
    return rows.map((row) => row.userId)
  }
}

/**
 * Larger batches are hardly faster, but hold their locks for longer
 */
export function maxBatchSize(client: QueryClientContract, userModel: LucidModel): number {
  if (hasCustomDelete(userModel)) {
    return 100
  }
  return client.dialect.name === 'postgres' ? 2000 : 500
}

/**
 * Does the model customize deletes, so that they mean more than deleting a row? An
 * adapter that only chooses the connection does not
 */
export function hasCustomDelete(userModel: LucidModel): boolean {
  const hooks = userModel.$hooks.all()
  return (
    ['before:delete', 'after:delete'].some((event) => hooks.get(event)?.size) ||
    userModel.prototype.delete !== BaseModel.prototype.delete ||
    userModel.prototype.$getQueryFor !== BaseModel.prototype.$getQueryFor ||
    userModel.$adapter.delete !== Adapter.prototype.delete ||
    userModel.$adapter.query !== Adapter.prototype.query
  )
}
