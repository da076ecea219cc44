import { DateTime, FixedOffsetZone } from 'luxon'
import type { Database } from '@adonisjs/lucid/database'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import type { Guest } from '../models/guest.ts'
import { E_MISSING_GUESTS_TABLE } from '../errors.ts'
import { readDatabaseError } from '../database/database_error.ts'
import type { GuestFilter, GuestModel } from '../types.ts'

/**
 * Reads and updates the rows of `guests`.
 *
 * Always on the primary database: the session remembers "regular" for good, so
 * it must not come from a replica that lags.
 */
export class GuestDirectory {
  #database: Database
  #userModel: LucidModel
  readonly guestModel: GuestModel

  constructor(database: Database, userModel: LucidModel, guestModel: GuestModel) {
    this.#database = database
    this.#userModel = userModel
    this.guestModel = guestModel
  }

  /**
   * A client for the connection of the user model, in write mode
   */
  client(): QueryClientContract {
    return this.#database.connection(this.#userModel.connection, { mode: 'write' })
  }

  /**
   * The open transaction that the row was read or written in. The global
   * transaction of tests is none: it stands for the database, and nobody commits it
   */
  transactionOf(row: LucidRow): TransactionClientContract | undefined {
    return row.$trx === (this.client() as unknown) ? undefined : row.$trx
  }

  /**
   * Formats a past moment for comparisons in the database.
   *
   * SQLite and MySQL store local time without its offset, so a moment may be
   * off by an hour when clocks go back; `rounding` sets the direction
   */
  formatted(moment: DateTime, rounding: 'down' | 'up'): string {
    const offsets = [moment.offset, DateTime.now().offset]
    const offset = rounding === 'down' ? Math.min(...offsets) : Math.max(...offsets)
    return moment
      .setZone(FixedOffsetZone.instance(offset))
      .toFormat(this.client().dialect.dateTimeFormat)
  }

  /**
   * The bounds of a filter, formatted for the database. Ambiguous moments are
   * excluded, so that no guest outside the filter is deleted. The cutoff
   * defaults to tomorrow: no guest was seen later
   */
  bounds({ userIds, since, before }: GuestFilter) {
    return {
      userIds,
      since: since && this.formatted(since, 'up'),
      cutoff: this.formatted(before ?? DateTime.now().plus({ days: 1 }), 'down'),
    }
  }

  /**
   * Is this a row of the users table? A row of another table, such as an admin,
   * may have the same key
   */
  isUser(row: LucidRow): boolean {
    return (row.constructor as LucidModel).table === this.#userModel.table
  }

  /**
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   */
  async find(userId: UserId): Promise<Guest | null> {
    return this.#explaining(() => this.guestModel.find(userId, { client: this.client() }))
  }

  /**
   * Updates `last_seen_at`, and clears the visit key, which is no longer needed
   *
   * @returns whether the user is a guest
   */
  async touch(userId: UserId): Promise<boolean> {
    const [touched] = await this.#explaining(() =>
      this.guestModel
        .query({ client: this.client() })
        .where('userId', userId)
        .update({ lastSeenAt: this.formatted(DateTime.now(), 'up'), visitKey: null })
    )
    return Number(touched) > 0
  }

  /**
   * Claims the guest by deleting its row: the transaction that deletes it
   * decides what happens to the guest. Concurrent transactions wait for it and
   * then find no row
   *
   * @returns whether this transaction deleted the row
   */
  async claim(userId: UserId, trx: TransactionClientContract): Promise<boolean> {
    const [claimed] = await this.guestModel.query({ client: trx }).where('userId', userId).delete()
    return Number(claimed) > 0
  }

  /**
   * Has a transaction that was claiming this guest been committed? Waits until
   * it has ended
   */
  async isClaimed(userId: UserId): Promise<boolean> {
    const client = this.client()
    const guest = await this.guestModel
      .query({ client })
      .where('userId', userId)
      .forUpdate()
      .first()
    return guest === null
  }

  /**
   * Turns a missing table error into one that says what to do
   */
  explain(error: unknown): unknown {
    const found = readDatabaseError(error)
    const isOurs = !found?.table || found.table === this.guestModel.table
    return found?.kind === 'missing_table' && isOurs
      ? new E_MISSING_GUESTS_TABLE([found.table ?? 'guests'], { cause: error })
      : error
  }

  async #explaining<Result>(callback: () => PromiseLike<Result>): Promise<Result> {
    try {
      return await callback()
    } catch (error) {
      throw this.explain(error)
    }
  }
}
