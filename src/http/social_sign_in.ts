import type { HttpContext } from '@adonisjs/core/http'

import type { ConfiguredUser } from '../types.ts'
import type { CurrentVisitor } from './current_visitor.ts'
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
        throw error
      }
    }
  }
}

async function trySocialLogin(
  login: SocialLogin,
  visitor: CurrentVisitor,
  ctx: HttpContext
): Promise<SocialLoginResult> {
  const account = await login.findAccount()
  if (account) {
    const isMerged = await visitor.signInWithGuest(account)
    return { user: account, outcome: isMerged ? 'merged' : 'signed_in' }
  }

  switch (await visitor.refresh()) {
    case 'regular':
      return { user: await login.link((await visitor.user())!), outcome: 'linked' }
    case 'guest': {
      const user = await login.convert((await visitor.user())!, ctx)
      await visitor.signIn(user, 'regular')
      return { user, outcome: 'converted' }
    }
    case 'anonymous': {
      const user = await login.create()
      await visitor.signIn(user, 'regular')
      return { user, outcome: 'created' }
    }
  }
}
