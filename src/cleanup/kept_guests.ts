import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import type { CleanupConfig } from '../types.ts'

/**
 * The users whom `cleanup.keep` of the configuration selects
 */
export class KeptGuests {
  #userModel: LucidModel
  #keep: CleanupConfig<any>['keep']

  constructor(userModel: LucidModel, keep: CleanupConfig<any>['keep']) {
    this.#userModel = userModel
    this.#keep = keep
  }

  /**
   * Without the setting, nobody is kept, and nothing is asked
   */
  get isSet(): boolean {
    return this.#keep !== undefined
  }

  /**
   * Selects the keys of all of them, regular users too. Without the hooks of the
   * model, which may hide users: they would not be kept
   */
  query(client: QueryClientContract) {
    const { primaryKey, table } = this.#userModel
    const id = `${table}.${this.#userModel.$getColumn(primaryKey)!.columnName}`
    return this.#userModel
      .query({ client })
      .select(id)
      .where((query) => void this.#keep!(query))
      .pojo<Record<string, UserId>>()
  }

  /**
   * Parts users into those who are kept and the others
   */
  async separate(
    client: QueryClientContract,
    userIds: UserId[]
  ): Promise<{ kept: UserId[]; free: UserId[] }> {
    if (!this.isSet || userIds.length === 0) {
      return { kept: [], free: userIds }
    }
    const rows = await this.query(client).whereIn(this.#userModel.primaryKey, userIds)
    const found = new Set(rows.flatMap((row) => Object.values(row).map(String)))
    const { kept = [], free = [] } = Object.groupBy(userIds, (userId) =>
      found.has(String(userId)) ? 'kept' : 'free'
    )
    return { kept, free }
  }
}
