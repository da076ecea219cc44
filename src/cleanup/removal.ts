import { BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { Removed } from './removed.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'
import { removeTogether } from './remove_together.ts'
import { removeThroughModel } from './remove_through_model.ts'
import { cascadesToGuests, removeInOneStatement } from './remove_in_one_statement.ts'

/**
 * Claims guests and removes them and their users, in the given transaction
 */
export type RemoveGuests = (trx: TransactionClientContract, userIds: UserId[]) => Promise<Removed>

/**
 * One statement for all of them, unless the model has its own ideas about what
 * deleting means
 */
export async function chooseRemoval(
  client: QueryClientContract,
  userModel: LucidModel,
  tables: GuestTables,
  cutoff: string
): Promise<RemoveGuests> {
  if (hasDeleteOfItsOwn(userModel)) {
    return (trx, userIds) => removeThroughModel(trx, userModel, tables, cutoff, userIds)
  }
  return (await removesInOneStatement(client, userModel, tables))
    ? (trx, userIds) => removeInOneStatement(trx, tables, cutoff, userIds)
    : (trx, userIds) => removeTogether(trx, tables, cutoff, userIds)
}

/**
 * Does one statement claim guests and remove them, with all that is theirs?
 */
export async function removesInOneStatement(
  client: QueryClientContract,
  userModel: LucidModel,
  tables: GuestTables
): Promise<boolean> {
  return (
    client.dialect.name === 'postgres' &&
    !hasDeleteOfItsOwn(userModel) &&
    (await cascadesToGuests(client, tables))
  )
}

/**
 * A larger batch is hardly faster, but takes longer
 */
export function largestBatchSize(client: QueryClientContract, userModel: LucidModel): number {
  if (hasDeleteOfItsOwn(userModel)) {
    return 100
  }
  return client.dialect.name === 'postgres' ? 2000 : 500
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
