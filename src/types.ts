/// <reference types="@adonisjs/auth/initialize_auth_middleware" />
/// <reference types="@adonisjs/session/session_middleware" />

import type { VineValidator } from '@vinejs/vine'
import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
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
 * What happens when somebody signs in to an account while they are a guest:
 * the guest is merged into it by itself, the application asks and calls
 * `ctx.guestUser.mergeInto(user)`, or the guest is left behind
 */
export type MergeMode = 'automatic' | 'ask' | 'off'

/**
 * A row of the guest and one of the account of which only one may stay
 */
export interface MergeConflict<Row = any> {
  guestRow: Row
  accountRow: Row
  trx: TransactionClientContract
}

/**
 * Which row stays. A callback changes the account's row as it likes; the
 * guest's is deleted afterwards
 */
export type ConflictPolicy<Row = any> =
  'keepAccount' | 'keepGuest' | ((conflict: MergeConflict<Row>) => void | Promise<void>)

export interface TransferOptions<Row = any> {
  /**
   * For rows that clash on unique columns. Without it, rows that say the same
   * as the account's are dropped, and others fail the merge
   */
  onConflict?: ConflictPolicy<Row>

  /**
   * The guest's rows are deleted, on purpose
   */
  discard?: boolean
}

/**
 * Rows that point at a user without a relation of the user model
 */
export interface ModelTransfer extends TransferOptions {
  relation?: undefined
  model: LazyModel<LucidModel>

  /**
   * The property of the model that holds the key of the user
   */
  foreignKey: string
}

type RelatedRow<Relation> =
  NonNullable<Relation> extends { __opaque_type: 'hasOne' | 'hasMany'; instance: infer Row }
    ? Row
    : NonNullable<Relation> extends { __opaque_type: 'manyToMany' }
      ? Record<string, any>
      : never

type TransferableRelation<User> = {
  [Name in keyof User]-?: [RelatedRow<User[Name]>] extends [never] ? never : Name
}[keyof User]

type RelationTransfer<User> = {
  [Name in TransferableRelation<User>]: { relation: Name; model?: undefined } & TransferOptions<
    RelatedRow<User[Name]>
  >
}[TransferableRelation<User>]

/**
 * What moves to the account: a relation of the user model (hasOne, hasMany or
 * manyToMany), or the rows of a model
 */
export type TransferEntry<User> =
  TransferableRelation<User> | RelationTransfer<User> | ModelTransfer

/**
 * The same, of any model
 */
export type AnyTransferEntry =
  string | ({ relation: string; model?: undefined } & TransferOptions) | ModelTransfer

/**
 * What `merge` of the configuration is given
 */
export interface MergeContext<User = LucidRow> {
  guest: User
  account: User
  trx: TransactionClientContract

  /**
   * Undefined outside a request
   */
  ctx?: HttpContext
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
   * After the commit that moved everything of a guest to an account. The guest
   * is gone; `transferred` counts the rows that moved, by table
   */
  'guest_user:merged': {
    user: ConfiguredUser
    guest: ConfiguredUser
    transferred: Record<string, number>
    ctx?: HttpContext
  }

  /**
   * After the commit of each batch of a cleanup, which waits for the listeners
   */
  'guest_user:deleted': { userIds: (string | number)[] }
}
