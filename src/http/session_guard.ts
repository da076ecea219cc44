import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { SessionGuard } from '@adonisjs/auth/session'
import type { SessionUserProviderContract } from '@adonisjs/auth/types/session'

import type { GuestUserManager } from '../guest_user_manager.ts'

export type Guard = SessionGuard<false, SessionUserProviderContract<LucidRow>>

/**
 * The guard that signs guests in to the session of this request
 *
 * @returns undefined where there is no session, or the guests have only tokens
 */
export function findSessionGuard(ctx: HttpContext, manager: GuestUserManager): Guard | undefined {
  if (!ctx.session) {
    return undefined
  }
  const guard = ctx.auth.use(manager.config.guard as never) as unknown as Guard
  return guard.driverName === 'session' ? guard : undefined
}
