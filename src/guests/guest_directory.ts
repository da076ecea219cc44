import { DateTime, FixedOffsetZone } from 'luxon'
import { Adapter, BaseModel } from '@adonisjs/lucid/orm'
import type { Database } from '@adonisjs/lucid/database'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import type { Guest } from '../models/guest.ts'
import { E_MISSING_GUESTS_TABLE } from '../errors.ts'
import { splitQualifiedName } from '../database/catalog.ts'
import { connectionFlag } from '../database/migrations.ts'
import { readDatabaseError, withoutValues } from '../database/database_error.ts'
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
   * The client that the user model's own queries use at this moment, in write mode.
   * A model may name its connection, compute it, or leave the choice to its
   * adapter, for example by the tenant of the request
   *
   * @param given by the caller, instead of the model's own: a connection, or a
   * transaction to join
   */
  client(given?: QueryClientContract): QueryClientContract {
    const client = given ?? this.#modelClient
    return client.isTransaction
      ? client
      : this.#database.connection(client.connectionName, { mode: 'write' })
  }

  /**
   * The connection that the user model's own queries use at this moment
   */
  get connectionName(): string {
    return this.#modelClient.connectionName
  }

  /**
   * Asking the adapter costs less than building a query, which may be the model's own
   */
  get #modelClient(): QueryClientContract {
    const model = this.#userModel
    const adapter = model.$adapter as Adapter
    const isPlain = model.query === BaseModel.query && adapter.query === Adapter.prototype.query
    return isPlain ? adapter.modelConstructorClient(model) : model.query().client
  }

  /**
   * May a read of the model miss what was just written?
   */
  get hasReplicas(): boolean {
    const { connectionName } = this
    return this.#database.getRawConnection(connectionName)!.connection!.hasReadWriteReplicas
  }

  /**
   * The open transaction that the row was read or written in. The global
   * transaction of tests is none: it stands for the database, and nobody commits it
   */
  transactionOf({ $trx }: LucidRow): TransactionClientContract | undefined {
    const { connectionGlobalTransactions } = this.#database
    return $trx && connectionGlobalTransactions.get($trx.connectionName) === $trx ? undefined : $trx
  }

  /**
   * Formats a past moment for comparisons in the database.
   *
   * SQLite and MySQL store local time without its offset, so a moment may be
   * off by an hour when clocks go back; `rounding` sets the direction
   */
  formatted(moment: DateTime, rounding: 'down' | 'up', client = this.client()): string {
    const offsets = [moment.offset, DateTime.now().offset]
    const offset = rounding === 'down' ? Math.min(...offsets) : Math.max(...offsets)
    return moment.setZone(FixedOffsetZone.instance(offset)).toFormat(client.dialect.dateTimeFormat)
  }

  /**
   * The bounds of a filter, formatted for the database. Ambiguous moments are
   * excluded, so that no guest outside the filter is deleted. The cutoff
   * defaults to tomorrow: no guest was seen later
   */
  bounds({ userIds, since, before }: GuestFilter, client = this.client()) {
    return {
      userIds,
      since: since && this.formatted(since, 'up', client),
      cutoff: this.formatted(before ?? DateTime.now().plus({ days: 1 }), 'down', client),
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
   * @param client a transaction to join
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   */
  async find(userId: UserId, client: QueryClientContract = this.client()): Promise<Guest | null> {
    return this.#explaining(() => this.guestModel.find(userId, { client }))
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
  async isClaimed(userId: UserId, client: QueryClientContract): Promise<boolean> {
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
    if (found?.kind !== 'missing_table' || !this.#isGuestsTable(found.table)) {
      return error
    }
    const { connectionName } = this
    return new E_MISSING_GUESTS_TABLE(
      [this.guestModel.table, connectionFlag(this.#database, connectionName)],
      { cause: withoutValues(error) }
    )
  }

  /**
   * MySQL and SQLite leave out the schema
   */
  #isGuestsTable(table: string | undefined): boolean {
    const { table: own } = splitQualifiedName(this.guestModel.table)
    return table === undefined || splitQualifiedName(table).table === own
  }

  async #explaining<Result>(callback: () => PromiseLike<Result>): Promise<Result> {
    try {
      return await callback()
    } catch (error) {
      throw this.explain(error)
    }
  }
}
