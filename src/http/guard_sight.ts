import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { E_HIDDEN_GUEST } from '../errors.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Why the guard does not find the user whom the session names: the row is gone, the
 * guard read a replica that lags, or its provider does not let the user in
 */
export type Miss = { reason: 'gone' | 'refused' } | { reason: 'late'; user: LucidRow }

/**
 * Asks the primary database about the user whom the guard did not find. Only a
 * replica that lacks the row makes it certain that a provider of another kind did not
 * refuse the user on purpose; a guest is let in without
 */
export async function explainMiss(userId: UserId, manager: GuestUserManager): Promise<Miss> {
  const { userModel, directory } = await manager.engine.load()
  const user = await userModel.find(userId, { client: directory.client() })
  if (!user) {
    return { reason: 'gone' }
  }
  const isLate =
    directory.hasReplicas &&
    ((await directory.find(userId)) !== null || !(await userModel.find(userId)))
  return isLate ? { reason: 'late', user } : { reason: 'refused' }
}

/**
 * Whose guard did not find the last guest: they are asked after each one, until they
 * find one
 */
const blind = new WeakSet<GuestUserManager>()

/**
 * Makes sure that the guard finds the guest whom the session names now, if there is
 * reason to doubt it. Asks a guard that knows nothing yet, as that of the next
 * request. Where reads may lag, nobody can tell
 */
export async function isSeenByGuard(
  ctx: HttpContext,
  manager: GuestUserManager,
  miss: Miss['reason'] | undefined
): Promise<boolean> {
  if (miss !== 'refused' && !blind.has(manager)) {
    return true
  }
  const { directory } = await manager.engine.load()
  if (directory.hasReplicas) {
    return true
  }
  const auth = await ctx.containerResolver.make('auth.manager')
  const isSeen = await auth
    .createAuthenticator(ctx)
    .use(manager.config.guard as never)
    .check()
  blind[isSeen ? 'delete' : 'add'](manager)
  return isSeen
}

export function hiddenFromGuard(guard: string) {
  return new E_HIDDEN_GUEST([
    `the guard "${guard}" does not find the guest that was just made. Let its provider in "config/auth.ts" find guests, in the database that the user model writes to`,
  ])
}
