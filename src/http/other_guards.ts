import type { GuardContract } from '@adonisjs/auth/types'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { HttpContext, HttpRequest } from '@adonisjs/core/http'

import type { GuestUserManager } from '../guest_user_manager.ts'

type Guards = Map<string, GuardContract<unknown>>

/**
 * Basic is left out: it often closes a whole site, visitors and all
 */
const TOKEN = /^bearer\b/i

/**
 * Who sends a token is somebody already, or gets 401
 */
export function bringsToken(request: HttpRequest): boolean {
  return TOKEN.test(request.header('authorization', '')!.trim())
}

/**
 * The guards of `config/auth.ts` besides our session guard, as this request has them
 */
function listOtherGuards({ auth }: HttpContext, { config }: GuestUserManager): Guards {
  return new Map(
    config.otherGuards.map((name) => [name, auth.use(name as never) as GuardContract<unknown>])
  )
}

/**
 * Tries the token of the request with the guards for access tokens. `auth.user`
 * agrees then
 *
 * @returns whose token it is; null when no guard accepts it; undefined when there is
 * no token, or no guard to ask
 */
export async function authenticateByToken(
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<LucidRow | null | undefined> {
  if (!bringsToken(ctx.request)) {
    return undefined
  }
  const guards = listOtherGuards(ctx, manager)
  const names = [...guards.keys()].filter(
    (name) => guards.get(name)!.driverName === 'access_tokens'
  )
  if (names.length === 0) {
    return undefined
  }
  return (await ctx.auth.checkUsing(names as never)) ? (ctx.auth.user as LucidRow) : null
}

/**
 * The users of our table whom other guards have authenticated in this request
 */
export async function listUsersOfOtherGuards(
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<LucidRow[]> {
  const guards = listOtherGuards(ctx, manager)
  const users = [...guards.values()].map((guard) => guard.user as LucidRow | undefined)
  const present = users.filter((user) => user !== undefined)
  if (present.length === 0) {
    return []
  }
  const { directory } = await manager.engine.load()
  return present.filter((user) => directory.isUser(user))
}
