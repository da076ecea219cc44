import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { AccessTokensGuard } from '@adonisjs/auth/access_tokens'
import type { AccessTokensUserProviderContract } from '@adonisjs/auth/types/access_tokens'

import type { ApiRoutesOptions } from '../types.ts'
import { E_INVALID_API_ROUTES } from '../errors.ts'

type Guard = AccessTokensGuard<AccessTokensUserProviderContract<LucidRow>>

/**
 * @throws E_INVALID_API_ROUTES when there is no such guard
 */
export async function findTokenGuard(
  ctx: HttpContext,
  { guard: requested }: ApiRoutesOptions
): Promise<Guard> {
  const { config } = await ctx.containerResolver.make('auth.manager')
  const names = Object.keys(config.guards)
  if (requested !== undefined && !names.includes(requested)) {
    throw new E_INVALID_API_ROUTES([
      `"guard" is "${requested}", but "config/auth.ts" has only: ${names.join(', ')}`,
    ])
  }

  const candidates = requested === undefined ? names : [requested]
  const guard = candidates
    .map((name) => ctx.auth.use(name as never) as unknown as Guard)
    .find(({ driverName }) => driverName === 'access_tokens')
  if (!guard) {
    throw new E_INVALID_API_ROUTES([
      requested === undefined
        ? '"config/auth.ts" has no guard for access tokens. Run "node ace configure @adonisjs/auth --guard=access_tokens"'
        : `"guard" must name a guard for access tokens, but "${requested}" of "config/auth.ts" is of another kind`,
    ])
  }
  return guard
}
