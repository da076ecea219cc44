import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { E_NOT_A_GUEST } from '../errors.ts'
import { retryTransient } from '../database/database_error.ts'
import type { GuestDirectory } from './guest_directory.ts'

/**
 * What becomes of the user: values for its columns, or a callback that changes
 * the row it is given and may use the transaction. The row is saved afterwards
 */
export type Conversion<User extends LucidRow = LucidRow> =
  Record<string, unknown> | ((user: User, trx: TransactionClientContract) => void | Promise<void>)

/**
 * Makes a guest a regular user: the same row of the users table, so that
 * everything that points at it stays
 */
export class GuestConverter {
  #userModel: LucidModel
  #directory: GuestDirectory

  constructor(userModel: LucidModel, directory: GuestDirectory) {
    this.#userModel = userModel
    this.#directory = directory
  }

  /**
   * Works on a row of its own, so that a failure leaves the caller's untouched
   *
   * @param client a transaction to take part in, or a connection
   * @returns the regular user
   * @throws E_NOT_A_GUEST when another request or a cleanup was first
   */
  async convert(
    userId: UserId,
    conversion: Conversion,
    client: QueryClientContract
  ): Promise<LucidRow> {
    const convert = () => client.transaction((trx) => this.#convertIn(trx, userId, conversion))
    try {
      // The database ends a whole transaction in a deadlock, not just our part
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
    // Whatever the values say: everything points at this id
    user.$setAttribute(this.#userModel.primaryKey, id)
    return user.save()
  }
}
