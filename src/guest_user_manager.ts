import type { HttpContext, RouteGroup } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from './database/guest_tables.ts'
import { afterCommit, asTransaction } from './database/transaction.ts'
import type { Expiry } from './guests/expiry.ts'
import { E_GUEST_NOT_DELETED, E_INVALID_MERGE_TARGET, E_NOT_A_GUEST } from './errors.ts'
import { conversionNote } from './guests/conversion_scope.ts'
import type { Conversion } from './guests/guest_converter.ts'
import type { GuestDirectory } from './guests/guest_directory.ts'
import type { UserRegistrar } from './guests/user_registrar.ts'
import type { GuestUserEngine } from './guest_user_engine.ts'
import type {
  ApiRoutesOptions,
  CleanupOptions,
  CleanupResult,
  ClientOptions,
  ConfiguredGuest,
  ConfiguredGuestModel,
  ConfiguredUser,
  ConfiguredUserModel,
  CreateGuestOptions,
  ResolvedConfig,
  UserValues,
} from './types.ts'

/**
 * The package's own pages, which depend on the manager
 */
export interface GuestUserPages {
  registerConvertRoutes(engine: GuestUserEngine, pattern: string): RouteGroup
  registerAdminRoutes(engine: GuestUserEngine, pattern: string): RouteGroup
  registerApiRoutes(
    engine: GuestUserEngine,
    pattern: string,
    options?: ApiRoutesOptions
  ): RouteGroup
}

/**
 * Everything you can do with guests outside an HTTP request. Inside one, use
 * `ctx.guestUser`
 *
 * @example
 * import guestUsers from 'adonisjs-guest-user/services/main'
 *
 * const user = await guestUsers.create()
 * await guestUsers.isGuest(user) // true
 */
export class GuestUserManager {
  readonly config: ResolvedConfig
  readonly expiry: Expiry
  #pages: GuestUserPages

  /**
   * For the package's own pages and middleware
   *
   * @internal
   */
  readonly engine: GuestUserEngine

  constructor(engine: GuestUserEngine, pages: GuestUserPages) {
    this.config = engine.config
    this.expiry = engine.expiry
    this.engine = engine
    this.#pages = pages
  }

  /**
   * The application's user model
   */
  async userModel(): Promise<ConfiguredUserModel> {
    const { userModel } = await this.engine.load()
    return userModel as ConfiguredUserModel
  }

  /**
   * The model of the `guests` table: `Guest`, or your `guestModel`
   */
  async guestModel(): Promise<ConfiguredGuestModel> {
    const { directory } = await this.engine.load()
    return directory.guestModel as ConfiguredGuestModel
  }

  /**
   * Registers the page on which guests become regular users: the form
   * (`guest_user.convert`), its submission (`guest_user.convert.store`) and the
   * success page (`guest_user.convert.success`)
   *
   * @param pattern path of the form
   * @returns the route group, to add middleware to
   * @throws E_MISSING_PAGE_PACKAGE when the application does not use Edge or VineJS
   *
   * @example
   * guestUsers.registerConvertRoutes('/convert').use(signupThrottle)
   */
  registerConvertRoutes(pattern: string): RouteGroup {
    return this.#pages.registerConvertRoutes(this.engine, pattern)
  }

  /**
   * Registers the admin pages: the list of guests (`guest_user.admin.index`),
   * one guest (`guest_user.admin.show`), and actions to delete and convert
   * them. Closed until `admin.authorize` of the configuration grants access
   *
   * @param pattern path of the list
   * @returns the route group, to add middleware to
   * @throws E_MISSING_PAGE_PACKAGE when the application does not use Edge, or, with
   * `admin.sendPasswordReset`, VineJS
   *
   * @example
   * guestUsers.registerAdminRoutes('/admin/guests').use(middleware.auth())
   */
  registerAdminRoutes(pattern: string): RouteGroup {
    return this.#pages.registerAdminRoutes(this.engine, pattern)
  }

  /**
   * Registers routes for clients that send an access token: make a guest
   * (`guest_user.api.store`), convert (`guest_user.api.convert`), give the guest up
   * (`guest_user.api.destroy`). They answer in JSON, and need a guard for access tokens
   *
   * @param pattern path that guests are made at
   * @returns the route group, to add middleware to
   *
   * @example
   * guestUsers.registerApiRoutes('/guest').use(guestThrottle)
   */
  registerApiRoutes(pattern: string, options?: ApiRoutesOptions): RouteGroup {
    return this.#pages.registerApiRoutes(this.engine, pattern, options)
  }

  /**
   * Creates a guest: a user and its row in `guests`, in one transaction, or in
   * that of `client`. Sends `guest_user:created` after the commit, unless a
   * parallel request with the same `visitKey` came first and its guest is returned
   *
   * @throws E_HIDDEN_GUEST when a hook or a scope of the user model hides the guest
   * @throws E_USERNAME_EXHAUSTED when no free name was found
   * @throws E_INCOMPLETE_GUEST_ATTRIBUTES when a NOT NULL column has no value
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   *
   * @example
   * await db.transaction(async (trx) => {
   *   const user = await guestUsers.create({ client: trx })
   *   await Cart.create({ userId: user.id }, { client: trx })
   * })
   */
  async create(options: CreateGuestOptions = {}): Promise<ConfiguredUser> {
    const { creator } = await this.engine.load()
    const result = await creator.create(options)
    const user = result.user as ConfiguredUser

    const trx = asTransaction(options.client)
    rejoin(trx, result.user, result.guest)
    if (result.created) {
      afterCommit(trx, () => {
        void this.#events.send('guest_user:created', {
          user,
          guest: result.guest as ConfiguredGuest,
          ctx: options.ctx,
        })
      })
    }
    return user
  }

  /**
   * Finds the row in `guests`, null for a regular user. Reads the primary, or in
   * the transaction of `client` or of `user`
   */
  async find(
    user: LucidRow | UserId,
    options: ClientOptions = {}
  ): Promise<ConfiguredGuest | null> {
    const { directory } = await this.engine.load()
    if (typeof user === 'object' && !directory.isUser(user)) {
      return null
    }
    const client = directory.client(options.client ?? transactionOf(user, directory))
    return (await directory.find(primaryKeyOf(user), client)) as ConfiguredGuest | null
  }

  /**
   * Is this user a guest? False for null, undefined, and rows of other tables.
   * Reads like `find`
   */
  async isGuest(user: LucidRow | null | undefined, options: ClientOptions = {}): Promise<boolean> {
    return user ? (await this.find(user, options)) !== null : false
  }

  /**
   * Makes a guest a regular user with the same id. Claims the `guests` row and
   * updates the user in one transaction, or in the transaction of `client` or of
   * `user`. Sends `guest_user:converted` after the commit
   *
   * @param conversion values for the columns of the user, or a callback that
   * changes the user within the transaction
   * @returns the regular user, as a new instance
   * @throws E_NOT_A_GUEST when another request or a cleanup came first
   *
   * @example
   * await guestUsers.convert(user, { email: 'ann@example.com', password: 'secret' })
   */
  async convert(
    user: LucidRow | UserId,
    conversion:
      UserValues | ((user: ConfiguredUser, trx: TransactionClientContract) => void | Promise<void>),
    options: ClientOptions & { ctx?: HttpContext } = {}
  ): Promise<ConfiguredUser> {
    const { converter, directory } = await this.engine.load()
    assertUser(user, directory)
    const given = options.client ?? transactionOf(user, directory)
    const converted = (await converter.convert(
      primaryKeyOf(user),
      conversion as Conversion,
      directory.client(given),
      typeof user === 'object' ? user : undefined
    )) as ConfiguredUser

    const trx = asTransaction(given)
    rejoin(trx, converted)
    const noteConversion = conversionNote(converted.$primaryKeyValue!)
    afterCommit(trx, () => {
      noteConversion()
      void this.#events.send('guest_user:converted', { user: converted, ctx: options.ctx })
    })
    return converted
  }

  /**
   * Creates a regular user for a visitor who is not a guest, in the transaction
   * of `client` if there is one. Without a password, the user gets a hash that no
   * password matches
   *
   * @param within called in the transaction, after the user was inserted
   */
  async register(
    values: UserValues,
    within?: (user: ConfiguredUser, trx: TransactionClientContract) => unknown,
    options: ClientOptions = {}
  ): Promise<ConfiguredUser> {
    const { registrar } = await this.engine.load()
    const user = await registrar.create(
      values as Record<string, unknown>,
      within as Parameters<UserRegistrar['create']>[1],
      options.client
    )
    rejoin(asTransaction(options.client), user)
    return user as ConfiguredUser
  }

  /**
   * Moves everything that belongs to a guest to an account and deletes the
   * guest, in one transaction, or in the transaction of `client` or of `into`.
   * Sends `guest_user:merged` after the commit
   *
   * @returns the account, as a new instance
   * @throws E_NOT_A_GUEST when another request or a cleanup came first
   * @throws E_INVALID_MERGE_TARGET when `into` is not a regular user
   * @throws E_GUEST_MERGE_FAILED when rows can neither move nor stay
   *
   * @example
   * await guestUsers.merge(guest, await User.findByOrFail('email', 'ann@example.com'))
   */
  async merge(
    guest: LucidRow | UserId,
    into: LucidRow | UserId,
    options: ClientOptions & { ctx?: HttpContext } = {}
  ): Promise<ConfiguredUser> {
    const { merger, directory } = await this.engine.load()
    if (typeof into === 'object' && !directory.isUser(into)) {
      throw new E_INVALID_MERGE_TARGET(['It is a row of another table'])
    }
    assertUser(guest, directory)
    const given = options.client ?? transactionOf(into, directory)
    const merged = await merger.merge(
      primaryKeyOf(guest),
      primaryKeyOf(into),
      directory.client(given),
      options.ctx
    )
    const user = merged.account as ConfiguredUser
    const trx = asTransaction(given)
    rejoin(trx, merged.account)

    afterCommit(trx, () => {
      void this.#events.send('guest_user:merged', {
        user,
        guest: merged.guest as ConfiguredUser,
        transferred: merged.transferred,
        ctx: options.ctx,
      })
    })
    return user
  }

  /**
   * Deletes a guest and everything that belongs to them, as a cleanup does: the
   * hooks and the `delete()` of the user model run. In a transaction of its own, or in
   * that of `client` or of `guest`. Sends `guest_user:deleted` after the commit
   *
   * @returns whether the row is gone; false when `delete()` of the model, or a
   * trigger, keeps it (soft deletes)
   * @throws E_NOT_A_GUEST for a regular user, also when the guest has just become
   * one, and when a cleanup came first
   * @throws E_GUEST_NOT_DELETED when a foreign key forbids it, or another
   * transaction has locked the guest
   *
   * @example
   * await guestUsers.delete(guest)
   */
  async delete(guest: LucidRow | UserId, options: ClientOptions = {}): Promise<boolean> {
    const { cleaner, directory } = await this.engine.load()
    assertUser(guest, directory)
    const client = options.client ?? transactionOf(guest, directory)
    const { result } = await cleaner.remove({ userIds: [primaryKeyOf(guest)] }, { client })
    const { deleted, blockedBy, leftBy } = result
    if (blockedBy.length > 0) {
      throw new E_GUEST_NOT_DELETED([
        `Rows of the table "${blockedBy[0].table}" point at them. Give the foreign key ON DELETE CASCADE or ON DELETE SET NULL`,
      ])
    }
    if (leftBy.some(({ reason }) => reason === 'locked')) {
      throw new E_GUEST_NOT_DELETED(['Another transaction has locked them. Try again'])
    }
    if (deleted === 0 && leftBy.length === 0) {
      throw new E_NOT_A_GUEST()
    }
    return deleted > 0
  }

  /**
   * Deletes expired guests, oldest first, in short transactions that are safe
   * alongside other cleanups. Sends `guest_user:deleted` after the commit of
   * each batch, and waits for its listeners
   *
   * @returns how many guests were deleted, left for the next run, or blocked,
   * and by which foreign key
   * @throws InvalidArgumentsException when an option is out of range
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   *
   * @example
   * const { deleted, blockedBy } = await guestUsers.cleanup({ limit: 10_000 })
   */
  async cleanup(options: CleanupOptions = {}): Promise<CleanupResult> {
    const { cleaner } = await this.engine.load()
    return cleaner.run(options)
  }

  get #events() {
    return this.engine.framework.events
  }
}

/**
 * A row of another table may have the same key as a guest
 */
function assertUser(row: LucidRow | UserId, directory: GuestDirectory) {
  if (typeof row === 'object' && !directory.isUser(row)) {
    throw new E_NOT_A_GUEST()
  }
}

function primaryKeyOf(user: LucidRow | UserId): UserId {
  return typeof user === 'object' ? user.$primaryKeyValue! : user
}

/**
 * The open transaction that the row was read or written in
 */
function transactionOf(
  user: LucidRow | UserId,
  directory: GuestDirectory
): TransactionClientContract | undefined {
  return typeof user === 'object' ? directory.transactionOf(user) : undefined
}

/**
 * Rows lose their transaction with the savepoint in which they were written. What
 * the caller does with them next belongs to the caller's transaction
 */
function rejoin(trx: TransactionClientContract | undefined, ...rows: LucidRow[]) {
  if (trx) {
    rows.forEach((row) => row.useTransaction(trx))
  }
}
