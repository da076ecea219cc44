import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { retryTransient } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { UnusablePassword } from './unusable_password.ts'

/**
 * Creates regular users for visitors who are not guests
 */
export class UserRegistrar {
  #userModel: LucidModel
  #directory: GuestDirectory
  #password: UnusablePassword | null

  constructor(userModel: LucidModel, directory: GuestDirectory, password: UnusablePassword | null) {
    this.#userModel = userModel
    this.#directory = directory
    this.#password = password
  }

  /**
   * A user without a password (social login, magic link) gets a hash that no
   * password matches, like a guest
   *
   * @param within called in the transaction, after the user was inserted
   * @param given a transaction to join, or a connection
   */
  async create(
    values: Record<string, unknown>,
    within?: (user: LucidRow, trx: TransactionClientContract) => unknown,
    given?: QueryClientContract
  ): Promise<LucidRow> {
    if (!within && !given) {
      return this.#build(values).save()
    }
    const client = this.#directory.client(given)
    const register = () =>
      runInTransaction(
        client,
        async (trx) => {
          const user = await this.#build(values).useTransaction(trx).save()
          await within?.(user, trx)
          return user
        },
        {
          wasCommitted: async ({ $primaryKeyValue }) =>
            (await this.#userModel.find($primaryKeyValue!, { client })) !== null,
        }
      )
    // A deadlock aborts the caller's whole transaction, so it is not ours to retry
    return client.isTransaction ? register() : retryTransient(register)
  }

  /**
   * A new instance for each attempt: saving sets the password hash
   */
  #build(values: Record<string, unknown>): LucidRow {
    const user = new this.#userModel()
    user.fill(values)
    if (this.#password && values[this.#password.column] === undefined) {
      this.#password.assignOnSave(user)
    }
    return user
  }
}
