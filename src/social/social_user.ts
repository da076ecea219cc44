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
