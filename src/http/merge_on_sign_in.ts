import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { UserId } from '../database/guest_tables.ts'
import type { SessionMemory } from './session_memory.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import { E_INVALID_MERGE_TARGET, E_NOT_A_GUEST } from '../errors.ts'

interface SignIn {
  ctx: HttpContext
  manager: GuestUserManager
  memory: SessionMemory
}

/**
 * Handles a guest who signs in to an account, whichever controller does it:
 * merges the guest, or remembers them for `mergeInto`, depending on `mergeMode`
 *
 * @param visitorId user id in the session, because login pages need not have
 * authenticated the visitor
 * @returns whether a guest was merged
 */
export async function mergeOnSignIn(
  visitorId: UserId | undefined,
  account: LucidRow,
  { ctx, manager, memory }: SignIn
): Promise<boolean> {
  const accountId = account.$primaryKeyValue!
  if (visitorId === undefined || String(visitorId) === String(accountId)) {
    return false
  }
  const { directory } = await manager.engine.load()
  if (memory.recallKind(visitorId) === 'regular' || !directory.isUser(account)) {
    return false
  }

  const { mergeMode } = manager.config
  if (mergeMode === 'ask' && (await directory.find(visitorId))) {
    memory.rememberPrevious(visitorId, accountId)
  }
  return mergeMode === 'automatic' && merge(visitorId, account, ctx, manager)
}

/**
 * If there is nothing to merge, this is a regular sign-in: the guest was
 * cleaned up or has converted elsewhere, or the account is a guest itself
 */
async function merge(
  guestId: UserId,
  account: LucidRow,
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<boolean> {
  try {
    await manager.merge(guestId, account, { ctx })
    return true
  } catch (error) {
    if (error instanceof E_NOT_A_GUEST || error instanceof E_INVALID_MERGE_TARGET) {
      return false
    }
    throw error
  }
}
