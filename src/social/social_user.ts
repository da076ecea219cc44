import { DateTime } from 'luxon'
import { randomInt } from 'node:crypto'
import string from '@adonisjs/core/helpers/string'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import { E_SOCIAL_EMAIL_MISSING } from '../errors.ts'

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
 * Letters from A to Z only: other alphabets have letters whose lower case looks
 * like one of these
 */
export function lowerCased(address: string): string {
  return address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/**
 * MySQL and MariaDB find `ann@example.com` when asked for `ánn@example.com`, which
 * is somebody else's
 */
export function isSameAddress(one: string, other: string): boolean {
  return lowerCased(one) === lowerCased(other)
}

/**
 * Leaves room for a suffix in a short column
 */
const LONGEST_USERNAME = 20

/**
 * Names that people like, before random ones
 */
const NICE_NAMES = 3

/**
 * Values for a new account: what the provider tells, as far as the user model
 * has the columns, and what the application adds to that
 *
 * @throws E_SOCIAL_EMAIL_MISSING when there is a column for an address, and
 * nothing to put into it. The application may say null
 */
export function collectValues(
  socialUser: SocialUser,
  userModel: LucidModel,
  attributes: Record<string, unknown> = {}
): Record<string, unknown> {
  const { name, nickName, email } = socialUser
  const told: Record<string, unknown> = {
    fullName: name || nickName,
    name: name || nickName,
    username: toUsername(nickName || name || email?.split('@')[0] || 'user'),
    email: email || undefined,
  }
  const known = Object.entries(told).filter(
    ([attribute, value]) => userModel.$hasColumn(attribute) && value !== undefined
  )
  const values = { ...Object.fromEntries(known), ...attributes }

  if (userModel.$hasColumn('email') && (values.email === undefined || values.email === '')) {
    throw new E_SOCIAL_EMAIL_MISSING()
  }
  // The provider has verified its own address, not one from elsewhere
  const isVerified = hasVerifiedEmail(socialUser) && values.email === email
  return isVerified && userModel.$hasColumn('emailVerifiedAt')
    ? { emailVerifiedAt: DateTime.now(), ...values }
    : values
}

/**
 * The name to try when those before were taken: `ann`, `ann-2`, `ann-3`, then
 * `ann-` and a random number
 */
export function suffixed(username: string, attempt: number): string {
  if (attempt === 1) {
    return username
  }
  return `${username}-${attempt <= NICE_NAMES ? attempt : randomInt(1000, 1_000_000)}`
}

function toUsername(text: string): string {
  return string.slug(text, { lower: true, strict: true }).slice(0, LONGEST_USERNAME) || 'user'
}
