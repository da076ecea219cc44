import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type { LucidRow } from '@adonisjs/lucid/types/model'

/**
 * The columns of a user that hold text
 */
export type TextAttribute<User extends LucidRow> = Extract<keyof TextColumns<User>, string>

type TextColumns<User extends LucidRow> = {
  [
    Name in Exclude<keyof User, keyof LucidRow> as User[Name] extends string | null | undefined
      ? Name
      : never
  ]: true
}

/**
 * The admin pages
 */
export interface AdminConfig<User extends LucidRow = LucidRow> {
  /**
   * Who may see the pages and delete guests. Only `true` lets somebody in.
   * Guests and anonymous visitors are turned away without being asked about.
   * Defaults to nobody
   *
   * @example
   * authorize: ({ auth }) => auth.user?.isAdmin === true
   * authorize: ({ bouncer }) => bouncer.allows(manageGuests)
   */
  authorize?: (ctx: HttpContext) => boolean | Promise<boolean>

  /**
   * The guard that operators sign in with. Defaults to that of the guests
   */
  guard?: keyof Authenticators

  /**
   * What a guest is called. Defaults to the first that is there of `username`,
   * `fullName`, `name` and `email`
   */
  label?: (user: User) => string

  /**
   * Text columns to search for what they begin with. Each needs an index.
   * Defaults to none: only ids are found
   */
  search?: TextAttribute<User>[]

  /**
   * Sends the application's mail with which a converted guest sets a password.
   * Without it, support staff cannot convert guests
   */
  sendPasswordReset?: (user: User, ctx: HttpContext) => void | Promise<void>
}
