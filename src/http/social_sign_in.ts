import type { HttpContext } from '@adonisjs/core/http'

import type { ConfiguredUser } from '../types.ts'
import type { CurrentVisitor } from './current_visitor.ts'
import { E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'
import { isLostRace, type SocialLogin } from '../social/social_login.ts'

/**
 * How somebody came in through a social provider
 */
export interface SocialLoginResult {
  user: ConfiguredUser
  outcome: 'signed_in' | 'merged' | 'converted' | 'created' | 'linked'
}

/**
 * Two tabs may finish a social login at the same time
 */
const MOST_ATTEMPTS = 3

/**
 * Signs the visitor in to the account that the provider vouches for, or makes
 * one of the guest, or a new one
 */
export async function signInSocially(
  login: SocialLogin,
  visitor: CurrentVisitor,
  ctx: HttpContext
): Promise<SocialLoginResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await trySocialLogin(login, visitor, ctx)
    } catch (error) {
      if (!isLostRace(error) || attempt === MOST_ATTEMPTS) {
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
  // Who they are is known by their session, whoever has the address
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
