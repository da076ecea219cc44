/// <reference types="@adonisjs/auth/initialize_auth_middleware" />
/// <reference types="@adonisjs/session/session_middleware" />

import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { LucidModel, LucidRow, ModelAttributes } from '@adonisjs/lucid/types/model'

import type { Guest } from './models/guest.ts'

/**
 * Filled by `config/guest_user.ts` of the application, so that `ctx.guestUser`
 * and the service return the application's own user model
 *
 * @example
 * declare module 'adonisjs-guest-user/types' {
 *   interface GuestUserTypes extends InferGuestUserTypes<typeof guestUserConfig> {}
 * }
 */
export interface GuestUserTypes {}

/**
 * Reads the user model out of what `defineConfig` returned
 */
export type InferGuestUserTypes<Config extends ConfigProvider<{ userModel: unknown }>> =
  Awaited<ReturnType<Config['resolver']>> extends ResolvedConfig<infer Model>
    ? { userModel: Model }
    : never

/**
 * The application's user model, or any Lucid model when the configuration did
 * not tell
 */
export type ConfiguredUserModel = GuestUserTypes extends {
  userModel: infer Model extends LucidModel
}
  ? Model
  : LucidModel

/**
 * An instance of the application's user model
 */
export type ConfiguredUser = GuestUserTypes extends { userModel: infer Model extends LucidModel }
  ? InstanceType<Model>
  : LucidRow

/**
 * Values for columns of the application's users
 */
export type UserValues = GuestUserTypes extends { userModel: infer Model extends LucidModel }
  ? Partial<ModelAttributes<InstanceType<Model>>>
  : Record<string, unknown>

/**
 * The `Guest` model, or one that extends it
 */
export type GuestModel = typeof Guest

/**
 * A module with a class as its default export, or the class itself
 */
export type LazyModel<Model> = () => Promise<{ default: Model } | Model>

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
   * Defaults to `/signup`
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
  redirects: Required<RedirectsConfig>
}

/**
 * Options to make a guest
 */
export interface CreateGuestOptions {
  /**
   * Tried first; a generated name is used when it is taken
   */
  username?: string

  /**
   * The request that makes the guest. Handed to `username`, `attributes` and
   * the listeners of `guest_user:created`
   */
  ctx?: HttpContext

  /**
   * Requests with the same key that arrive within seconds get the same guest
   */
  visitKey?: string
}

/**
 * Options of a cleanup
 */
export interface CleanupOptions {
  /**
   * Delete guests older than this many milliseconds. Defaults to `maxAge`
   */
  olderThan?: number

  /**
   * Most guests per transaction, up to 10,000. Defaults to 2000, and to 100 when
   * users are deleted one by one through their model
   */
  batchSize?: number

  /**
   * Delete no more guests than that. Defaults to all
   */
  limit?: number

  /**
   * Count the expired guests and change nothing. Defaults to false
   */
  dryRun?: boolean

  /**
   * Stops the cleanup after its current batch
   */
  signal?: AbortSignal

  /**
   * Called after each batch, outside its transaction
   */
  onBatch?: (progress: CleanupResult) => void
}

/**
 * Expired guests that are still there, for one reason
 */
export interface RemainingGuests {
  total: number

  /**
   * The first of them, at most 100
   */
  userIds: (string | number)[]
}

/**
 * Guests whom no cleanup can delete, because a foreign key forbids it
 */
export interface BlockedGuests extends RemainingGuests {
  /**
   * The table that points at them, null when the database does not tell
   */
  table: string | null

  /**
   * The name of its foreign key, null in SQLite
   */
  constraint: string | null
}

/**
 * Guests left to the next run. `locked`: another transaction works on them.
 * `kept`: the user model's `delete()` did not delete the row (soft deletes)
 */
export interface LeftGuests extends RemainingGuests {
  reason: 'locked' | 'kept'
}

/**
 * What a cleanup did
 */
export interface CleanupResult {
  /**
   * How many guests were expired when it started
   */
  expired: number
  deleted: number
  left: number
  leftBy: LeftGuests[]
  blocked: number
  blockedBy: BlockedGuests[]
  seconds: number

  /**
   * Whether `signal` ended it early
   */
  aborted: boolean
}

/**
 * Events, and what their listeners get
 */
export interface GuestUserEvents {
  /**
   * After the commit that made the guest. `ctx` is missing when it was not made
   * by a request
   */
  'guest_user:created': { user: ConfiguredUser; guest: Guest; ctx?: HttpContext }

  /**
   * After the commit that made a guest a regular user. `ctx` is missing when it
   * was not done by a request
   */
  'guest_user:converted': { user: ConfiguredUser; ctx?: HttpContext }

  /**
   * After the commit of each batch of a cleanup, which waits for the listeners
   */
  'guest_user:deleted': { userIds: (string | number)[] }
}
