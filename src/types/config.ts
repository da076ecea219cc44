/// <reference types="@adonisjs/auth/initialize_auth_middleware" />
/// <reference types="@adonisjs/session/session_middleware" />

import type { VineValidator } from '@vinejs/vine'
import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type { LucidModel, LucidRow, ModelAttributes } from '@adonisjs/lucid/types/model'

import type { GuestModel, LazyModel } from './model.ts'
import type { AnyTransferEntry, MergeContext, MergeMode, TransferEntry } from './transfer.ts'

/**
 * What a visitor is: nobody signed in, a user with a row in `guests`, or a user
 * without one
 */
export type VisitorKind = 'anonymous' | 'guest' | 'regular'

/**
 * Makes the name of a new guest
 *
 * @param ctx the request that makes the guest; undefined outside a request
 * @param attempt 1 for the first name, 2 after the first name was taken, …
 */
export type UsernameGenerator = (
  ctx: HttpContext | undefined,
  attempt: number
) => string | Promise<string>

/**
 * A path, or a function that makes it
 */
export type RedirectTarget = string | ((ctx: HttpContext) => string)

/**
 * Where visitors are sent who may not see a page
 */
export interface RedirectsConfig {
  /**
   * Anonymous visitors on a page for regular users.
   * Defaults to `/login`
   */
  login?: RedirectTarget

  /**
   * Guests on a page for regular users (`CONVERT_URL` of django-guest-user).
   * Defaults to the conversion page where its routes are registered, else to
   * `/signup`
   */
  convert?: RedirectTarget

  /**
   * Anonymous visitors on a page for guests (`REQUIRED_ANON_REDIRECT`).
   * Defaults to `redirects.login`
   */
  anonymous?: RedirectTarget

  /**
   * Regular users on a page for guests, or for people without an account
   * (`REQUIRED_USER_REDIRECT`). Defaults to `/`
   */
  registered?: RedirectTarget
}

/**
 * A compiled validator of VineJS
 */
export type ConversionValidator = VineValidator<any, any>

/**
 * The conversion page
 */
export interface ConvertConfig<User = LucidRow> {
  /**
   * Validates the form (`CONVERT_FORM` of django-guest-user). Defaults to one
   * that fits the starter kits' users. With your own, write your own form, too,
   * in `resources/views/guest_user/convert.edge`
   */
  validator?: ConversionValidator | ((ctx: HttpContext) => ConversionValidator)

  /**
   * What is in the form at first: true for what the guest has in the columns
   * of the same names (`CONVERT_PREFILL_USERNAME`), or a function.
   * Defaults to false
   */
  prefill?:
    | boolean
    | ((
        guest: User,
        ctx: HttpContext
      ) => Record<string, unknown> | Promise<Record<string, unknown>>)

  /**
   * Where a guest goes who became a regular user, and whom no page sent here
   * (`CONVERT_REDIRECT_URL`). Defaults to the page that says it worked
   */
  redirectTo?: RedirectTarget
}

/**
 * Options of `defineConfig`
 */
export interface GuestUserConfig<Model extends LucidModel> {
  /**
   * Set it to false and no guest is made anywhere. Defaults to true
   */
  enabled?: boolean

  /**
   * Name of a session guard of `config/auth.ts`. Defaults to its default guard,
   * or to the first session guard when that is of another kind
   */
  guard?: keyof Authenticators

  /**
   * The application's user model
   */
  userModel: LazyModel<Model>

  /**
   * Your own model, extending `Guest`
   */
  guestModel?: LazyModel<GuestModel>

  /**
   * Makes the guests' names. Defaults to `usernames.uuid()`
   */
  username?: UsernameGenerator

  /**
   * Values for the columns of the users table. Every NOT NULL column without a
   * default must be here, and every unique one should come from `username`
   */
  attributes: (guest: {
    username: string
    ctx?: HttpContext
  }) =>
    | Partial<ModelAttributes<InstanceType<Model>>>
    | Promise<Partial<ModelAttributes<InstanceType<Model>>>>

  /**
   * The property of the user model that holds the password hash, null when it
   * has none. Defaults to `password` where the model has it
   */
  passwordColumn?: string | null

  /**
   * How long a guest is kept: a duration such as '30 days', or seconds.
   * Defaults to the session age
   */
  maxAge?: string | number

  /**
   * Count `maxAge` from the last visit or from the first one.
   * Defaults to 'lastSeenAt'
   */
  expireBy?: 'lastSeenAt' | 'createdAt'

  /**
   * Your own say in who becomes a guest (consent banners, feature flags)
   */
  allow?: (ctx: HttpContext) => boolean | Promise<boolean>

  /**
   * Which requests come from crawlers, that never become guests: false for
   * none, patterns for the User-Agent, or a function. Defaults to `isbot`
   */
  crawlers?: false | (string | RegExp)[] | ((ctx: HttpContext) => boolean)

  /**
   * Where visitors are sent who may not see a page
   */
  redirects?: RedirectsConfig

  /**
   * The conversion page of `registerConvertRoutes`
   */
  convert?: ConvertConfig<InstanceType<Model>>

  /**
   * What happens when a guest signs in to an account. Defaults to 'automatic'
   */
  mergeMode?: MergeMode

  /**
   * What moves to the account when a guest is merged. Defaults to everything
   * that the database's foreign keys, and the relations of the user model, say
   * belongs to the guest
   */
  transfer?: TransferEntry<InstanceType<Model>>[]

  /**
   * Called before anything moves, in the same transaction, for what a transfer
   * cannot say (sum the carts)
   */
  merge?: (context: MergeContext<InstanceType<Model>>) => void | Promise<void>

  /**
   * The admin pages of `registerAdminRoutes`
   */
  admin?: AdminConfig<InstanceType<Model>>
}

/**
 * The configuration with its defaults filled in
 */
export interface ResolvedConfig<Model extends LucidModel = LucidModel> {
  enabled: boolean
  guard: string
  userModel: LazyModel<Model>
  guestModel: LazyModel<GuestModel>
  username: UsernameGenerator
  attributes: GuestUserConfig<Model>['attributes']
  passwordColumn?: string | null
  /**
   * Milliseconds
   */
  maxAge: number
  expireBy: 'lastSeenAt' | 'createdAt'
  allow: (ctx: HttpContext) => boolean | Promise<boolean>
  isCrawler: (ctx: HttpContext) => boolean
  redirects: RedirectsConfig
  convert: ConvertConfig<any>
  mergeMode: MergeMode
  transfer?: AnyTransferEntry[]
  merge?: (context: MergeContext<any>) => void | Promise<void>
  admin: AdminConfig<any>
}

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
