import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { E_NOT_A_GUEST } from '../errors.ts'
import { retryTransient } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { PasswordSave } from './password_save.ts'
import { revokeTokens } from './user_tokens.ts'
import type { UnusablePassword } from './unusable_password.ts'

/**
 * Values for the columns of the user, or a callback that changes the user
 * within the transaction. The user is saved afterwards
 */
export type Conversion<User extends LucidRow = LucidRow> =
  Record<string, unknown> | ((user: User, trx: TransactionClientContract) => void | Promise<void>)

/**
 * Makes a guest a regular user: it keeps its row in the users table, so all
 * references stay valid
 */
export class GuestConverter {
  #userModel: LucidModel
  #directory: GuestDirectory
  #password: UnusablePassword | null
  #passwordSave: PasswordSave

  constructor(
    userModel: LucidModel,
    directory: GuestDirectory,
    password: UnusablePassword | null,
    passwordSave: PasswordSave
  ) {
    this.#userModel = userModel
    this.#directory = directory
    this.#password = password
    this.#passwordSave = passwordSave
  }

  /**
   * Works on its own instance, so a failure does not change the caller's
   *
   * @param client a transaction to join, or a connection
   * @param visitor the instance that the guard has: its access token stays, all
   * other tokens of the guest are revoked
   * @returns the regular user
   * @throws E_NOT_A_GUEST when another request or a cleanup came first
   */
  async convert(
    userId: UserId,
    conversion: Conversion,
    client: QueryClientContract,
    visitor?: LucidRow
  ): Promise<LucidRow> {
    const convert = () =>
      runInTransaction(
        client,
        async (trx) => {
          const user = await this.#convertIn(trx, userId, conversion)
          await revokeTokens(trx, this.#userModel, userId, visitor)
          return user
        },
        { wasCommitted: (user) => this.#wasConverted(user, client) }
      )
    try {
      // A deadlock aborts the caller's whole transaction, so it is not ours to retry
      return await (client.isTransaction ? convert() : retryTransient(convert))
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  async #convertIn(
    trx: TransactionClientContract,
    userId: UserId,
    conversion: Conversion
  ): Promise<LucidRow> {
    if (!(await this.#directory.claim(userId, trx))) {
      throw new E_NOT_A_GUEST()
    }

    const user = await this.#userModel.findOrFail(userId, { client: trx })
    return this.#passwordSave.duringClaim(user, () => this.#change(user, conversion, trx))
  }

  async #change(
    user: LucidRow,
    conversion: Conversion,
    trx: TransactionClientContract
  ): Promise<LucidRow> {
    const id = user.$primaryKeyValue
    const password = this.#readPassword(user)
    if (typeof conversion === 'function') {
      await conversion(user, trx)
    } else {
      user.merge(conversion)
    }
    // Everything references this id, so the values must not change it
    user.$setAttribute(this.#userModel.primaryKey, id)
    // The guest's other sessions end when this column changes
    if (this.#readPassword(user) === password) {
      this.#password?.replaceOnSave(user)
    }
    return user.save()
  }

  /**
   * Another session may have converted the guest after the connection was lost:
   * then the password is theirs
   */
  async #wasConverted(user: LucidRow, client: QueryClientContract): Promise<boolean> {
    if (!(await this.#directory.isClaimed(user.$primaryKeyValue!, client))) {
      return false
    }
    const stored = await this.#userModel.find(user.$primaryKeyValue!, { client })
    return stored !== null && this.#readPassword(stored) === this.#readPassword(user)
  }

  #readPassword(user: LucidRow): unknown {
    return this.#password && user.$getAttribute(this.#password.column)
  }
}
