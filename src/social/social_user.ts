import string from '@adonisjs/core/helpers/string'
import { DateTime } from 'luxon'
import type { LucidModel } from '@adonisjs/lucid/types/model'

/**
 * What is needed of the user that `@adonisjs/ally` returns
 */
export interface SocialUser {
  id: string | number
  nickName?: string | null
  name?: string | null
  email: string | null
  emailVerificationState: 'verified' | 'unverified' | 'unsupported'
}

/**
 * The provider says that the address is theirs
 */
export function hasVerifiedEmail(socialUser: SocialUser): boolean {
  return Boolean(socialUser.email) && socialUser.emailVerificationState === 'verified'
}

/**
 * Leaves room for a suffix in a short column
 */
const LONGEST_USERNAME = 20

function toUsername(text: string): string {
  return string.slug(text, { lower: true, strict: true }).slice(0, LONGEST_USERNAME) || 'user'
}

/**
 * Values for a new account, as far as the user model has the columns
 */
export function describeAccount(
  socialUser: SocialUser,
  userModel: LucidModel
): Record<string, unknown> {
  const { name, nickName, email } = socialUser
  const values: Record<string, unknown> = {
    fullName: name || nickName,
    name: name || nickName,
    username: toUsername(nickName || name || email?.split('@')[0] || 'user'),
    email: email || undefined,
    emailVerifiedAt: hasVerifiedEmail(socialUser) ? DateTime.now() : undefined,
  }
  const known = Object.entries(values).filter(
    ([attribute, value]) => userModel.$hasColumn(attribute) && value !== undefined
  )
  return Object.fromEntries(known)
}
