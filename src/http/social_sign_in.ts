import type { HttpContext } from '@adonisjs/core/http'

import type { ConfiguredUser } from '../types.ts'
import type { CurrentVisitor } from './current_visitor.ts'
import { E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'
import { isLostRace, type SocialLogin } from '../social/social_login.ts'

/**
 * The result of a social login
 */
export interface SocialLoginResult {
  user: ConfiguredUser
  outcome: 'signed_in' | 'merged' | 'converted' | 'created' | 'linked'
}

/**
 * Two tabs may complete a social login at the same time
 */
const MAX_ATTEMPTS = 3

/**
 * Signs the visitor in to the account that belongs to the social identity, or
 * converts the guest, or creates an account
 */
export async function signInWithProvider(
  login: SocialLogin,
  visitor: CurrentVisitor,
  ctx: HttpContext
): Promise<SocialLoginResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await trySocialLogin(login, visitor, ctx)
    } catch (error) {
      if (!isLostRace(error) || attempt === MAX_ATTEMPTS) {
        throw await login.explain(error)
      }
    }
  }
}

async function trySocialLogin(
  login: SocialLogin,
  visitor: CurrentVisitor,
  ctx: HttpContext
): Promise<SocialLoginResult> {
  const known = await login.findByIdentity()
  if (known) {
    return signIn(known, visitor)
  }

  const kind = await visitor.refresh()
  const user = await visitor.user()
  const owner = await login.findByAddress(user)
  if (owner?.isSamePerson) {
    return signIn(await login.link(owner.account), visitor)
  }
  // The session identifies them, no matter who owns the address
  if (user && kind === 'regular') {
    return { user: await login.link(user), outcome: 'linked' }
  }
  if (owner) {
    throw new E_SOCIAL_EMAIL_TAKEN()
  }

  const isGuest = user && kind === 'guest'
  const account = isGuest ? await login.convert(user, ctx) : await login.create()
  await visitor.signIn(account, 'regular')
  return { user: account, outcome: isGuest ? 'converted' : 'created' }
}

async function signIn(account: ConfiguredUser, visitor: CurrentVisitor) {
  const isMerged = await visitor.signInWithGuest(account)
  return { user: account, outcome: isMerged ? 'merged' : 'signed_in' } as const
}
