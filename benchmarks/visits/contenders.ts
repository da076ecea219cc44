/**
 * What a window of requests asks for: a process, and how its visitors come
 */
export interface Contender {
  name: string
  description: string

  /**
   * The process that answers: the value of CONTENDER
   */
  process: string

  /**
   * New visitors at each request, or the same ones, who were signed in before
   */
  visitors: 'new' | 'guests' | 'regular users'

  /**
   * The table that gets a row for each new visitor
   */
  table?: string
}

export const FIRST_VISITS: Contender[] = [
  {
    name: 'page',
    description: 'the page without the package, nobody is signed in',
    process: 'page',
    visitors: 'new',
  },
  {
    name: 'package',
    description: 'this package',
    process: 'package',
    visitors: 'new',
    table: 'guests',
  },
  {
    name: 'by-hand',
    description: 'two inserts by hand in a transaction, no hashing, then `login`',
    process: 'by-hand',
    visitors: 'new',
    table: 'guests',
  },
  {
    name: 'with-password',
    description: '`User.create` with a password, then `login`',
    process: 'with-password',
    visitors: 'new',
    table: 'users',
  },
  {
    name: 'better-auth',
    description: "better-auth's anonymous plugin in the same application",
    process: 'better-auth',
    visitors: 'new',
    table: 'user',
  },
  {
    name: 'better-auth-alone',
    description: 'better-auth on `node:http`, no framework and no page',
    process: 'better-auth-alone',
    visitors: 'new',
    table: 'user',
  },
]

export const RETURN_VISITS: Contender[] = [
  {
    name: 'page-regular',
    description: 'the page without the package, a user is signed in',
    process: 'by-hand',
    visitors: 'regular users',
  },
  {
    name: 'package-guest',
    description: 'this package, a guest is signed in',
    process: 'package',
    visitors: 'guests',
  },
  {
    name: 'package-regular',
    description: 'this package, a regular user is signed in',
    process: 'package',
    visitors: 'regular users',
  },
]

export const CONTENDERS = [...FIRST_VISITS, ...RETURN_VISITS]
