import { DateTime } from 'luxon'
import { randomInt } from 'node:crypto'
import string from '@adonisjs/core/helpers/string'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import { E_SOCIAL_EMAIL_MISSING } from '../errors.ts'

/**
 * The part of the user of `@adonisjs/ally` that is used here
 */
export interface SocialUser {
  id: string | number
  nickName?: string | null
  name?: string | null
  email: string | null
  emailVerificationState: 'verified' | 'unverified' | 'unsupported'
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
 * Values for a new account: those of the provider, as far as the user model has
 * the columns, and those that the application adds
 *
 * @throws E_SOCIAL_EMAIL_MISSING when there is a column for an address, but no
 * address. The application may return null
 */
export function collectValues(
  socialUser: SocialUser,
  userModel: LucidModel,
  attributes: Record<string, unknown> = {}
): Record<string, unknown> {
  const { email } = socialUser
  const [name, nickName] = [socialUser.name, socialUser.nickName].map(
    (text) => text?.trim() || null
  )
  const provided: Record<string, unknown> = {
    fullName: name ?? nickName,
    name: name ?? nickName,
    username: toUsername((nickName ?? name ?? email?.split('@')[0]) || 'user'),
    email: email || undefined,
  }
  const known = Object.entries(provided).filter(
    ([attribute, value]) => userModel.$hasColumn(attribute) && value !== undefined
  )
  const values = { ...Object.fromEntries(known), ...attributes }

  if (userModel.$hasColumn('email') && (values.email === undefined || values.email === '')) {
    throw new E_SOCIAL_EMAIL_MISSING()
  }
  // The provider has verified its own address, not one of the application
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

/**
 * The provider has verified that the address is theirs
 */
export function hasVerifiedEmail(socialUser: SocialUser): boolean {
  return Boolean(socialUser.email) && socialUser.emailVerificationState === 'verified'
}

/**
 * Letters from A to Z only: the lower case of some letters of other alphabets is
 * one of these
 */
export function lowerCased(address: string): string {
  return address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/**
 * MySQL and MariaDB find `ann@example.com` when asked for `ánn@example.com`, which
 * belongs to somebody else
 */
export function isSameAddress(one: string, other: string): boolean {
  return lowerCased(one) === lowerCased(other)
}
