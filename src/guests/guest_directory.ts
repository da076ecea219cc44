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
 * Reads and touches the rows of `guests`.
 *
 * Always on the primary server, never on a read replica: "this is a regular
 * user" may be remembered for good, so it must not come from a copy that lags.
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
   * A past moment in the format of the database, to compare columns with.
   *
   * SQLite and MySQL hold local time without its offset. In the night when
   * clocks go back, a moment may be off by an hour; `rounding` says which way
   */
  formatted(moment: DateTime, rounding: 'down' | 'up'): string {
    const offsets = [moment.offset, DateTime.now().offset]
    const offset = rounding === 'down' ? Math.min(...offsets) : Math.max(...offsets)
    return moment
      .setZone(FixedOffsetZone.instance(offset))
      .toFormat(this.client().dialect.dateTimeFormat)
  }

  /**
   * The bounds of a filter in the format of the database. Nobody may be deleted
   * who is not meant, so those of unclear hours are left out. No guest was last
   * seen after tomorrow
   */
  bounds({ userIds, since, before }: GuestFilter) {
    return {
      userIds,
      since: since && this.formatted(since, 'up'),
      cutoff: this.formatted(before ?? DateTime.now().plus({ days: 1 }), 'down'),
    }
  }

  /**
   * Is this a row of the users table? An admin of another table may have the
   * same key
   */
  isUser(row: LucidRow): boolean {
    return (row.constructor as LucidModel).table === this.#userModel.table
  }

  /**
   * Is the user still in the database?
   */
  async exists(userId: UserId): Promise<boolean> {
    return (await this.#userModel.find(userId, { client: this.client() })) !== null
  }

  /**
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   */
  async find(userId: UserId): Promise<Guest | null> {
    return this.#explaining(() => this.guestModel.find(userId, { client: this.client() }))
  }

  /**
   * Writes `last_seen_at`, and takes a visit key that is no longer needed away
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
   * Takes the row away. Whoever gets it decides what becomes of the guest;
   * everybody else waits for that transaction and then gets nothing
   *
   * @returns whether the row was there
   */
  async claim(userId: UserId, trx: TransactionClientContract): Promise<boolean> {
    const [claimed] = await this.guestModel.query({ client: trx }).where('userId', userId).delete()
    return Number(claimed) > 0
  }

  /**
   * Turns an error about a missing table into one that says what to do
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
