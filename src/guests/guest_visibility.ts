import { Adapter, BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { E_HIDDEN_GUEST } from '../errors.ts'

/**
 * Makes sure that the user model finds the guests that it creates. A guest that a
 * hook or a scope hides would be nobody at the next request, and each page view
 * would make another one
 */
export class GuestVisibility {
  #userModel: LucidModel

  #isProven: boolean

  constructor(userModel: LucidModel) {
    this.#userModel = userModel
    this.#isProven = !hasCustomFind(userModel)
  }

  /**
   * A model that finds every row needs no proof, others one in each process
   */
  get isProven(): boolean {
    return this.#isProven
  }

  /**
   * @param trx in which the guest was inserted, so that nothing stays of one who is
   * hidden
   * @throws E_HIDDEN_GUEST
   */
  async assert(user: LucidRow, trx: TransactionClientContract): Promise<void> {
    if (this.#isProven) {
      return
    }
    if (!(await this.#userModel.find(user.$primaryKeyValue!, { client: trx }))) {
      throw new E_HIDDEN_GUEST([
        `the model "${this.#userModel.name}" does not find the guest that it has just inserted. Let guests pass in its "find" hooks and in what else narrows its queries`,
      ])
    }
    this.#isProven = true
  }
}

/**
 * Does the model customize how rows are found, so that some may be hidden?
 */
function hasCustomFind(userModel: LucidModel): boolean {
  return (
    Boolean(userModel.$hooks.all().get('before:find')?.size) ||
    (['find', 'findBy', 'query'] as const).some((name) => userModel[name] !== BaseModel[name]) ||
    userModel.$adapter.query !== Adapter.prototype.query
  )
}
