import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { E_NOT_A_GUEST } from '../errors.ts'
import { retryTransient } from '../database/database_error.ts'
import type { GuestDirectory } from './guest_directory.ts'

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

  constructor(userModel: LucidModel, directory: GuestDirectory) {
    this.#userModel = userModel
    this.#directory = directory
  }

  /**
   * Works on its own instance, so a failure does not change the caller's
   *
   * @param client a transaction to join, or a connection
   * @returns the regular user
   * @throws E_NOT_A_GUEST when another request or a cleanup came first
   */
  async convert(
    userId: UserId,
    conversion: Conversion,
    client: QueryClientContract
  ): Promise<LucidRow> {
    const convert = () => client.transaction((trx) => this.#convertIn(trx, userId, conversion))
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
    const id = user.$primaryKeyValue
    if (typeof conversion === 'function') {
      await conversion(user, trx)
    } else {
      user.merge(conversion)
    }
    // Everything references this id, so the values must not change it
    user.$setAttribute(this.#userModel.primaryKey, id)
    return user.save()
  }
}
