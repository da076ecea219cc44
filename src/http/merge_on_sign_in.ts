import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { UserId } from '../database/guest_tables.ts'
import type { SessionMemory } from './session_memory.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import { isOutage } from '../database/outage.ts'
import { readDatabaseError, withoutValues } from '../database/database_error.ts'
import {
  E_GUEST_MERGE_FAILED,
  E_INVALID_MERGE_TARGET,
  E_NOT_A_GUEST,
  E_UNKNOWN_OUTCOME,
} from '../errors.ts'
import type { ConfiguredUser } from '../types.ts'

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
  if (mergeMode === 'ask' && (await directory.find(visitorId, account.$trx))) {
    memory.rememberPrevious(visitorId, accountId)
  }
  return (
    (mergeMode === 'automatic' || mergeMode === 'strict') &&
    merge(visitorId, account, { ctx, manager, memory })
  )
}

/**
 * If there is nothing to merge, this is a regular sign-in: the guest was
 * cleaned up or has converted elsewhere, or the account is a guest itself
 */
async function merge(guestId: UserId, account: LucidRow, signIn: SignIn): Promise<boolean> {
  const { ctx, manager } = signIn
  try {
    await manager.merge(guestId, account, { ctx })
    return true
  } catch (error) {
    if (error instanceof E_NOT_A_GUEST || error instanceof E_INVALID_MERGE_TARGET) {
      return false
    }
    const isUnsettled = isOutage(error) || error instanceof E_UNKNOWN_OUTCOME
    if (manager.config.mergeMode === 'strict' || isUnsettled) {
      throw error
    }
    await keepPrevious(guestId, account, error, signIn)
    return false
  }
}

/**
 * What fails a merge once would fail it at each sign-in, and lock the person
 * out of their account. They are signed in without their guest, who is whole
 * and can still be merged
 */
async function keepPrevious(
  guestId: UserId,
  account: LucidRow,
  error: unknown,
  { ctx, manager, memory }: SignIn
): Promise<void> {
  const { directory } = await manager.engine.load()
  if (!(await directory.find(guestId, account.$trx))) {
    return
  }
  memory.rememberPrevious(guestId, account.$primaryKeyValue!)

  const reported = readDatabaseError(error) ? withoutValues(error) : error
  const isExplained = error instanceof E_GUEST_MERGE_FAILED
  ctx.logger.warn(
    isExplained ? {} : { err: reported },
    `Signing in without merging the guest. ${isExplained ? error.message : 'The merge failed'}`
  )
  void manager.engine.framework.events.send('guest_user:merge_failed', {
    user: account as ConfiguredUser,
    guestId,
    error,
    ctx,
  })
}
