/// <reference types="@adonisjs/auth/initialize_auth_middleware" />
/// <reference types="@adonisjs/session/session_middleware" />

import type { VineValidator } from '@vinejs/vine'
import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type {
  LucidModel,
  LucidRow,
  ModelAttributes,
  ModelQueryBuilderContract,
} from '@adonisjs/lucid/types/model'

import type { GuestModel, LazyModel } from './model.ts'
import type { AnyTransferEntry, MergeContext, MergeMode, TransferEntry } from './transfer.ts'

/**
 * The kind of a visitor: not signed in, a user with a row in `guests`, or a
 * user without one
 */
export type VisitorKind = 'anonymous' | 'guest' | 'regular'

/**
 * Generates the name of a new guest
 *
 * @param ctx the request that creates the guest; undefined outside a request
 * @param attempt 1 for the first name, 2 when the first was taken, …
 */
export type UsernameGenerator = (
  ctx: HttpContext | undefined,
  attempt: number
) => string | Promise<string>

/**
 * A path, or a function that returns one
 */
export type RedirectTarget = string | ((ctx: HttpContext) => string)

/**
 * Where visitors are redirected when they may not see a page
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
 * A compiled VineJS validator
 */
export type ConversionValidator = VineValidator<any, any>

/**
 * A validator, or the module that exports it
 */
export type LazyConversionValidator =
  ConversionValidator | Promise<ConversionValidator | { default: ConversionValidator }>

/**
 * The conversion page
 */
export interface ConvertConfig<User = LucidRow> {
  /**
   * Renders `guest_user/convert` and `guest_user/convert_success` with Inertia
   * instead of Edge. `node ace guest:eject convert` writes both components, and
   * sets this. Defaults to false
   */
  inertia?: boolean

  /**
   * Validates the form (`CONVERT_FORM` of django-guest-user), with the id of the
   * guest as `meta.userId`. The default fits the users of the starter kits. With
   * your own, provide your own form as well (`node ace guest:eject convert`).
   * The rule `unique` is only there when the application has booted: import such a
   * validator in a function
   *
   * @example
   * validator: () => import('#validators/guest_user')
   */
  validator?: ConversionValidator | ((ctx: HttpContext) => LazyConversionValidator)

  /**
   * Initial values of the form: true for the values of the guest in the columns
   * of the same names (`CONVERT_PREFILL_USERNAME`), or a function. Defaults to
   * false
   */
  prefill?:
    | boolean
    | ((
        guest: User,
        ctx: HttpContext
      ) => Record<string, unknown> | Promise<Record<string, unknown>>)

  /**
   * Where guests go after the conversion, unless they came from a page that
   * required it (`CONVERT_REDIRECT_URL`). Defaults to the success page
   */
  redirectTo?: RedirectTarget
}

/**
 * The cleanup of expired guests
 */
export interface CleanupConfig<Model extends LucidModel> {
  /**
   * Selects users to keep although they have expired as guests, because they own
   * what others use. Adds conditions to a query over the users: `where…` and
   * `whereHas`; joins and groups belong into a subquery. Defaults to nobody
   *
   * @example
   * keep: (query) => query.whereHas('polls', (polls) => polls.has('votes'))
   */
  keep?: (query: ModelQueryBuilderContract<Model>) => void
}

/**
 * Values for columns of the users table
 */
export type GuestAttributes<Model extends LucidModel> = Partial<
  ModelAttributes<InstanceType<Model>>
>

/**
 * What a function that returns attributes may return: no property that the user
 * model lacks. The compiler alone would let misspelt names pass, because a
 * function may return more than its type says
 */
export type KnownAttributes<Returned, Model extends LucidModel> =
  Returned extends Promise<infer Attributes>
    ? Promise<KnownAttributes<Attributes, Model>>
    : {
        [Name in keyof Returned]: Name extends keyof GuestAttributes<Model>
          ? GuestAttributes<Model>[Name]
          : never
      }

/**
 * Options of `defineConfig`
 */
export interface GuestUserConfig<
  Model extends LucidModel,
  OwnGuestModel extends GuestModel = GuestModel,
  Attributes = GuestAttributes<Model> | Promise<GuestAttributes<Model>>,
> {
  /**
   * Set to false to create no guests at all. Defaults to true
   */
  enabled?: boolean

  /**
   * Name of a guard of `config/auth.ts` for sessions or access tokens. Defaults to the
   * default guard if it uses sessions, else to the first session guard, else to the
   * first one for access tokens. Name the session guard where the default guard is one
   * for access tokens and visitors should become guests with a session as well
   */
  guard?: keyof Authenticators

  /**
   * The application's user model
   */
  userModel: LazyModel<Model>

  /**
   * Your own guest model, extending `Guest`
   */
  guestModel?: LazyModel<OwnGuestModel>

  /**
   * Generates the names of guests. Defaults to `usernames.uuid()`
   */
  username?: UsernameGenerator

  /**
   * Values for the columns of the users table. Must include every NOT NULL
   * column without a default; derive every unique one from `username`
   */
  attributes: (guest: {
    username: string
    ctx?: HttpContext
  }) => Attributes & KnownAttributes<Attributes, Model>

  /**
   * The property of the user model that holds the password hash, null if it has
   * none. Defaults to `password` if the model has it
   */
  passwordColumn?: NoInfer<Extract<keyof GuestAttributes<Model>, string>> | null

  /**
   * How long guests are kept: a duration with a unit, such as '30 days'.
   * Defaults to the session age
   */
  maxAge?: string

  /**
   * Whether `maxAge` counts from the last visit or from the first one. Defaults
   * to 'lastSeenAt'
   */
  expireBy?: 'lastSeenAt' | 'createdAt'

  /**
   * Which expired guests the cleanup spares
   */
  cleanup?: CleanupConfig<Model>

  /**
   * Whether a visitor may become a guest (consent banners, feature flags).
   * Defaults to everyone
   */
  allow?: (ctx: HttpContext) => boolean | Promise<boolean>

  /**
   * Which GET requests are from crawlers, which make no guest: false for none,
   * patterns for the User-Agent, or a function. Defaults to `isbot`
   */
  crawlers?: false | (string | RegExp)[] | ((ctx: HttpContext) => boolean)

  /**
   * Where visitors are redirected when they may not see a page
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
   * Refines what happens to rows when a guest is merged. Everything that
   * belongs to the guest by the foreign keys of the database and the relations
   * of the user model moves to the account, named here or not
   */
  transfer?: TransferEntry<InstanceType<Model>>[]

  /**
   * Called before anything moves, in the same transaction, for what a transfer
   * cannot express (such as adding up two carts)
   */
  merge?: (context: MergeContext<InstanceType<Model>>) => void | Promise<void>

  /**
   * The admin pages of `registerAdminRoutes`
   */
  admin?: AdminConfig<InstanceType<Model>>
}

/**
 * The configuration with defaults filled in
 */
export interface ResolvedConfig<
  Model extends LucidModel = LucidModel,
  OwnGuestModel extends GuestModel = GuestModel,
> {
  enabled: boolean

  /**
   * The guard that signs guests in to sessions; where there is none, `tokenGuard`
   */
  guard: string

  /**
   * The guard for access tokens where visitors bring those: it is the default guard of
   * `config/auth.ts`, or named. Then `ctx.guestUser` begins no sessions
   */
  tokenGuard?: string

  /**
   * The guards of `config/auth.ts` besides the one for sessions
   */
  otherGuards: string[]
  userModel: LazyModel<Model>
  guestModel: LazyModel<OwnGuestModel>
  username: UsernameGenerator
  attributes: GuestUserConfig<Model>['attributes']
  passwordColumn?: string | null
  /**
   * Milliseconds
   */
  maxAge: number
  expireBy: 'lastSeenAt' | 'createdAt'
  cleanup: CleanupConfig<any>
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
 * The text columns of a user
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
   * Decides who may see the pages and delete guests. Only `true` grants access;
   * it is not called for guests and anonymous visitors, who never have access.
   * Defaults to nobody
   *
   * @example
   * // A boolean column is 1 or 0 on SQLite and MySQL
   * authorize: ({ auth }) => Boolean(auth.user?.isAdmin)
   * authorize: ({ bouncer }) => bouncer.allows(manageGuests)
   */
  authorize?: (ctx: HttpContext) => boolean | Promise<boolean>

  /**
   * The guard that operators sign in with. Defaults to the guard of the guests
   */
  guard?: keyof Authenticators

  /**
   * The label of a guest. Defaults to the first value present of `username`,
   * `fullName`, `name` and `email`
   */
  label?: (user: User) => string

  /**
   * Text columns to search by prefix. Each needs an index. Defaults to none:
   * only ids are searched
   */
  search?: TextAttribute<User>[]

  /**
   * Sends your application's mail that lets a converted guest set a password.
   * Without it, operators cannot convert guests
   */
  sendPasswordReset?: (user: User, ctx: HttpContext) => void | Promise<void>
}
