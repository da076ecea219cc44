import { BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { whereUserIn } from './where_user.ts'
import type { GuestTables, UserId } from './guest_tables.ts'

export interface Removed {
  deleted: UserId[]

  /**
   * Their rows are still there after `user.delete()`: the model hides users
   * instead of deleting them. They stay guests
   */
  kept: UserId[]
}

/**
 * Removes claimed guests and their users in the given transaction
 */
export type RemoveUsers = (trx: TransactionClientContract, claimed: UserId[]) => Promise<Removed>

/**
 * One statement for all of them, unless the model has its own ideas about what
 * deleting means
 */
export function chooseRemoval(userModel: LucidModel, tables: GuestTables): RemoveUsers {
  return hasDeleteOfItsOwn(userModel)
    ? (trx, claimed) => removeThroughModel(userModel, tables, trx, claimed)
    : (trx, claimed) => removeTogether(tables, trx, claimed)
}

/**
 * Does deleting a user mean more than deleting its row?
 */
export function hasDeleteOfItsOwn(userModel: LucidModel): boolean {
  const hooks = userModel.$hooks.all()
  return (
    ['before:delete', 'after:delete'].some((event) => hooks.get(event)?.size) ||
    userModel.prototype.delete !== BaseModel.prototype.delete ||
    userModel.prototype.$getQueryFor !== BaseModel.prototype.$getQueryFor ||
    userModel.$adapter !== BaseModel.$adapter
  )
}

/**
 * The guests' rows go first: SQLite may run without foreign keys
 */
async function removeTogether(
  tables: GuestTables,
  trx: TransactionClientContract,
  claimed: UserId[]
): Promise<Removed> {
  await whereUserIn(trx.from(tables.guests), tables.userId, claimed).delete()
  await whereUserIn(trx.from(tables.users), tables.id, claimed).delete()
  return { deleted: claimed, kept: [] }
}

async function removeThroughModel(
  userModel: LucidModel,
  tables: GuestTables,
  trx: TransactionClientContract,
  claimed: UserId[]
): Promise<Removed> {
  const users = await userModel.query({ client: trx }).whereIn(userModel.primaryKey, claimed)
  for (const user of users) {
    await user.delete()
  }

  const rows = await trx
    .from(`${tables.guests} as g`)
    .join(`${tables.users} as u`, `u.${tables.id}`, `g.${tables.userId}`)
    .select(`g.${tables.userId} as userId`)
    .whereIn(`g.${tables.userId}`, claimed)
  const kept = new Set(rows.map((row) => row.userId))
  const deleted = claimed.filter((userId) => !kept.has(userId))
  await trx.from(tables.guests).whereIn(tables.userId, deleted).delete()
  return { deleted, kept: claimed.filter((userId) => kept.has(userId)) }
}
