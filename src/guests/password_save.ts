import { errors } from '@adonisjs/lucid'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { ConfiguredUser } from '../types.ts'
import type { UserId } from '../database/guest_tables.ts'
import { E_MISSING_GUESTS_TABLE } from '../errors.ts'
import { retryTransient } from '../database/database_error.ts'
import { afterCommit, runInTransaction } from '../database/transaction.ts'
import { conversionNote } from './conversion_scope.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { GuestEvents } from './guest_events.ts'
import { revokeTokens } from './user_tokens.ts'

/**
 * A user who has a password of their own is no guest, whoever gave it to them (a
 * profile form, a reset, support): the save that stores it converts them.
 * Otherwise they could log in, and a cleanup would delete their account
 */
export class PasswordSave {
  #userModel: LucidModel
  #directory: GuestDirectory
  #events: GuestEvents
  #column: string | null
  #claimed = new WeakSet<LucidRow>()

  /**
   * @param column the property of the user model that holds the password hash
   */
  constructor(
    userModel: LucidModel,
    directory: GuestDirectory,
    events: GuestEvents,
    column: string | null
  ) {
    this.#userModel = userModel
    this.#directory = directory
    this.#events = events
    this.#column = column
  }

  /**
   * Saves of this row in the meantime are only saves: the caller has claimed the
   * guest itself
   */
  async duringClaim<Result>(row: LucidRow, work: () => Promise<Result>): Promise<Result> {
    this.#claimed.add(row)
    try {
      return await work()
    } finally {
      this.#claimed.delete(row)
    }
  }

  /**
   * Claims the guest, if the user is one, and updates the user in one transaction,
   * or in a savepoint of the transaction of the row. Sends `guest_user:converted`
   * after the commit
   *
   * @param update runs the UPDATE, in the transaction of the row if it has one
   * @throws E_MODEL_DELETED when a cleanup came first
   */
  async run(
    row: LucidRow,
    client: QueryClientContract,
    update: () => Promise<void>
  ): Promise<void> {
    if (!this.#directory.isUser(row) || this.#claimed.has(row)) {
      return update()
    }
    const callersTrx = this.#directory.transactionOf(row)
    const noteConversion = conversionNote(row.$primaryKeyValue!)
    const user = await this.#save(row, client, update)
    if (user) {
      afterCommit(callersTrx, () => {
        noteConversion()
        void this.#events.send('guest_user:converted', { user: user as ConfiguredUser })
      })
    }
  }

  /**
   * @returns the user, if they were a guest
   */
  async #save(
    row: LucidRow,
    client: QueryClientContract,
    update: () => Promise<void>
  ): Promise<LucidRow | undefined> {
    const save = () =>
      runInTransaction(client, (trx) => this.#saveIn(trx, row, update), {
        wasCommitted: () => this.#wasSaved(row, client),
      })
    try {
      return await (client.isTransaction ? save() : retryTransient(save))
    } catch (error) {
      if (this.#directory.explain(error) instanceof E_MISSING_GUESTS_TABLE) {
        await update()
        return undefined
      }
      throw error
    }
  }

  async #saveIn(
    trx: TransactionClientContract,
    row: LucidRow,
    update: () => Promise<void>
  ): Promise<LucidRow | undefined> {
    const { primaryKey } = row.constructor as LucidModel
    const callersTrx = row.$trx
    row.$trx = trx
    try {
      const isGuest = await this.#directory.claim(row.$original[primaryKey], trx)
      await update()
      const user = await this.#read(row.$primaryKeyValue!, trx)
      if (!isGuest) {
        return undefined
      }
      await revokeTokens(trx, this.#userModel, user.$primaryKeyValue!, row)
      return user
    } finally {
      row.$trx = callersTrx
    }
  }

  async #wasSaved(row: LucidRow, client: QueryClientContract): Promise<boolean> {
    const stored = await this.#read(row.$primaryKeyValue!, client)
    return stored.$getAttribute(this.#column!) === row.$getAttribute(this.#column!)
  }

  /**
   * A new instance, which the listeners get. Bypasses the hooks of the model, and
   * waits for a transaction that is not over yet
   *
   * @throws E_MODEL_DELETED when a cleanup has just deleted the user: Lucid takes
   * an UPDATE of no row for a success, and the visitor would be told that they have
   * an account
   */
  async #read(userId: UserId, client: QueryClientContract): Promise<LucidRow> {
    const { primaryKey, table } = this.#userModel
    const { columnName } = this.#userModel.$getColumn(primaryKey)!
    const stored = await client.from(table).where(columnName, userId).forUpdate().first()
    if (!stored) {
      throw new errors.E_MODEL_DELETED()
    }
    return this.#userModel.$createFromAdapterResult(stored, undefined, { client })!
  }
}
