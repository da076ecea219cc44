import type { HttpContext, RouteGroup } from '@adonisjs/core/http'
import type { Emitter } from '@adonisjs/core/events'
import type { Database } from '@adonisjs/lucid/database'
import type { EventsList } from '@adonisjs/core/types'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import { Expiry } from './guests/expiry.ts'
import { GuestConverter, type Conversion } from './guests/guest_converter.ts'
import { GuestMerger } from './merge/guest_merger.ts'
import { describeLeftOut, resolveTransfers } from './merge/find_transfers.ts'
import { GuestCleaner } from './cleanup/guest_cleaner.ts'
import { GuestCreator } from './guests/guest_creator.ts'
import type { Guest } from './models/guest.ts'
import { E_INVALID_MERGE_TARGET, E_NOT_A_GUEST } from './errors.ts'
import { GuestDirectory } from './guests/guest_directory.ts'
import { GuestInventory } from './inventory/guest_inventory.ts'
import { UserRegistrar } from './guests/user_registrar.ts'
import { UnusablePassword } from './guests/unusable_password.ts'
import { findPasswordColumn, importModel, mustFitGuard } from './guests/configured_models.ts'
import type {
  CleanupOptions,
  CleanupResult,
  ConfiguredUser,
  ConfiguredUserModel,
  CreateGuestOptions,
  GuestModel,
  ResolvedConfig,
  UserValues,
} from './types.ts'

/**
 * Parts of the framework that the manager needs
 */
export interface GuestUserServices {
  database: Database
  emitter: Emitter<EventsList>
  hashPassword: (value: string) => Promise<string>

  /**
   * Rejects users that the guard of the configuration cannot sign in
   */
  tryGuard: (user: LucidRow) => Promise<unknown>

  /**
   * The pages, which know more of the framework than the manager does
   */
  registerConvertRoutes: (pattern: string) => RouteGroup
  registerAdminRoutes: (pattern: string) => RouteGroup

  /**
   * The URL of a named route, undefined when there is no such route, or when
   * it needs parameters that are not given
   */
  findUrl: (routeName: string, parameters?: Record<string, unknown>) => string | undefined
}

/**
 * Everything that can be done with guests outside an HTTP request. Inside one,
 * see `ctx.guestUser`
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
  #services: GuestUserServices
  #parts?: Promise<GuestUserParts>

  constructor(config: ResolvedConfig, services: GuestUserServices) {
    this.config = config
    this.expiry = new Expiry(config)
    this.#services = services
  }

  /**
   * The application's user model
   */
  async userModel(): Promise<ConfiguredUserModel> {
    const { userModel } = await this.#load()
    return userModel as ConfiguredUserModel
  }

  /**
   * The model of the `guests` table: `Guest`, or your `guestModel`
   */
  async guestModel(): Promise<GuestModel> {
    const { directory } = await this.#load()
    return directory.guestModel
  }

  /**
   * The property of the user model that holds the password hash, null when it
   * has none
   */
  async passwordColumn(): Promise<string | null> {
    const { passwordColumn } = await this.#load()
    return passwordColumn
  }

  /**
   * Lists, counts and deletes guests: what the admin pages show
   */
  async inventory(): Promise<GuestInventory> {
    const { inventory } = await this.#load()
    return inventory
  }

  /**
   * A client for the connection of the users, on the primary server
   */
  async client(): Promise<QueryClientContract> {
    const { directory } = await this.#load()
    return directory.client()
  }

  /**
   * Registers the page on which guests become regular users: the form
   * (`guest_user.convert`), its submission (`guest_user.convert.store`) and the
   * page that says it worked (`guest_user.convert.success`)
   *
   * @param pattern where the form is
   * @returns the route group, to add middleware to
   *
   * @example
   * guestUsers.registerConvertRoutes('/convert').use(signupThrottle)
   */
  registerConvertRoutes(pattern: string): RouteGroup {
    return this.#services.registerConvertRoutes(pattern)
  }

  /**
   * Registers the admin pages: the list of guests (`guest_user.admin.index`),
   * one guest (`guest_user.admin.show`), and what deletes and converts them.
   * Closed until `admin.authorize` of the configuration lets somebody in
   *
   * @param pattern where the list is
   * @returns the route group, to add middleware to
   *
   * @example
   * guestUsers.registerAdminRoutes('/admin/guests').use(middleware.auth())
   */
  registerAdminRoutes(pattern: string): RouteGroup {
    return this.#services.registerAdminRoutes(pattern)
  }

  /**
   * The URL of one of the package's pages, undefined when its routes were not
   * registered, or need parameters that are not given
   */
  findUrl(
    routeName: 'guest_user.convert' | 'guest_user.convert.success',
    parameters?: Record<string, unknown>
  ): string | undefined {
    return this.#services.findUrl(routeName, parameters)
  }

  /**
   * Makes a guest: a user and its row in `guests`, in one transaction. Sends
   * `guest_user:created` after the commit, unless a parallel request with the
   * same `visitKey` was first and its guest is returned
   *
   * @throws E_USERNAME_EXHAUSTED when no free name was found
   * @throws E_INCOMPLETE_GUEST_ATTRIBUTES when a NOT NULL column has no value
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   */
  async create(options: CreateGuestOptions = {}): Promise<ConfiguredUser> {
    const { creator } = await this.#load()
    const result = await creator.create(options)
    const user = result.user as ConfiguredUser

    if (result.created) {
      this.#services.emitter.emit('guest_user:created', {
        user,
        guest: result.guest,
        ctx: options.ctx,
      })
    }
    return user
  }

  /**
   * The row in `guests`, null for a regular user. Asks the primary database
   */
  async find(user: LucidRow | string | number): Promise<Guest | null> {
    const { directory } = await this.#load()
    const isUser = typeof user !== 'object' || (await this.isUser(user))
    return isUser ? directory.find(primaryKeyOf(user)) : null
  }

  /**
   * Is this user a guest? Nobody is not, and neither are rows of other tables
   */
  async isGuest(user: LucidRow | null | undefined): Promise<boolean> {
    return user ? (await this.find(user)) !== null : false
  }

  /**
   * Is this a row of the users table? An admin of another table may have the
   * same key
   */
  async isUser(row: LucidRow): Promise<boolean> {
    const { userModel } = await this.#load()
    return (row.constructor as LucidModel).table === userModel.table
  }

  /**
   * Is the user still in the database?
   */
  async exists(user: LucidRow | string | number): Promise<boolean> {
    const { userModel, directory } = await this.#load()
    const client = directory.client()
    return (await userModel.find(primaryKeyOf(user), { client })) !== null
  }

  /**
   * Remembers that the guest is here now
   *
   * @returns whether the user still is a guest
   */
  async touch(user: LucidRow | string | number): Promise<boolean> {
    const { directory } = await this.#load()
    return directory.touch(primaryKeyOf(user))
  }

  /**
   * Makes a guest a regular user, with the same id: claims the `guests` row and
   * updates the user in one transaction: that of `user`, when it has one. Sends `guest_user:converted` after the
   * commit
   *
   * @param conversion values for its columns, or a callback that changes the
   * row it is given, in the transaction
   * @returns the regular user, read anew
   * @throws E_NOT_A_GUEST when another request or a cleanup was first
   *
   * @example
   * await guestUsers.convert(user, { email: 'ann@example.com', password: 'secret' })
   */
  async convert(
    user: LucidRow | string | number,
    conversion:
      UserValues | ((user: ConfiguredUser, trx: TransactionClientContract) => void | Promise<void>),
    options: { ctx?: HttpContext } = {}
  ): Promise<ConfiguredUser> {
    const { converter, directory } = await this.#load()
    await this.#mustBeUser(user)
    const trx = transactionOf(user)
    const converted = (await converter.convert(
      primaryKeyOf(user),
      conversion as Conversion,
      trx ?? directory.client()
    )) as ConfiguredUser

    afterCommit(trx, () => {
      this.#services.emitter.emit('guest_user:converted', { user: converted, ctx: options.ctx })
    })
    return converted
  }

  /**
   * Creates a regular user, for somebody who was no guest. Without a password,
   * they get a hash that nothing verifies against
   *
   * @param within called in the transaction, after the user was inserted
   */
  async register(
    values: UserValues,
    within?: (user: ConfiguredUser, trx: TransactionClientContract) => unknown
  ): Promise<ConfiguredUser> {
    const { registrar } = await this.#load()
    const user = await registrar.create(
      values as Record<string, unknown>,
      within as Parameters<UserRegistrar['create']>[1]
    )
    return user as ConfiguredUser
  }

  /**
   * Moves everything that belongs to a guest to an account and removes the
   * guest, in one transaction: that of `into`, when it has one. Sends
   * `guest_user:merged` after the commit
   *
   * @returns the account, read anew
   * @throws E_NOT_A_GUEST when another request or a cleanup was first
   * @throws E_INVALID_MERGE_TARGET when `into` is not a regular user
   * @throws E_GUEST_MERGE_FAILED when something can neither move nor stay
   *
   * @example
   * await guestUsers.merge(guest, await User.findByOrFail('email', 'ann@example.com'))
   */
  async merge(
    guest: LucidRow | string | number,
    into: LucidRow | string | number,
    options: { ctx?: HttpContext } = {}
  ): Promise<ConfiguredUser> {
    const { merger, directory } = await this.#load()
    if (typeof into === 'object' && !(await this.isUser(into))) {
      throw new E_INVALID_MERGE_TARGET(['It is a row of another table'])
    }
    await this.#mustBeUser(guest)
    const trx = transactionOf(into)
    const merged = await merger.merge(
      primaryKeyOf(guest),
      primaryKeyOf(into),
      trx ?? directory.client(),
      options.ctx
    )
    const user = merged.account as ConfiguredUser

    afterCommit(trx, () => {
      this.#services.emitter.emit('guest_user:merged', {
        user,
        guest: merged.guest as ConfiguredUser,
        transferred: merged.transferred,
        ctx: options.ctx,
      })
    })
    return user
  }

  /**
   * Reads `transfer` of the configuration
   *
   * @returns what it leaves out and would be lost with a merged guest, as
   * sentences for the log
   * @throws E_INVALID_GUEST_USER_CONFIG when a name in it is wrong
   */
  async checkTransfer(): Promise<string[]> {
    const { transfer } = this.config
    if (!transfer) {
      return []
    }
    const { userModel, directory } = await this.#load()
    const transfers = await resolveTransfers(transfer, userModel)
    return describeLeftOut(transfers, directory.client(), userModel, directory.guestModel.table)
  }

  /**
   * Deletes expired guests, the oldest first, in short transactions that are
   * safe beside other cleanups. Sends `guest_user:deleted` after the commit of
   * each batch, and waits for its listeners
   *
   * @returns how many were deleted, left to the next run, or are blocked by
   * which foreign key
   * @throws InvalidArgumentsException when an option makes no sense
   * @throws E_MISSING_GUESTS_TABLE when the migration was not run
   *
   * @example
   * const { deleted, blockedBy } = await guestUsers.cleanup({ limit: 10_000 })
   */
  async cleanup(options: CleanupOptions = {}): Promise<CleanupResult> {
    const { cleaner } = await this.#load()
    return cleaner.run(options)
  }

  /**
   * A row of another table may have the key of a guest
   */
  async #mustBeUser(row: LucidRow | string | number) {
    if (typeof row === 'object' && !(await this.isUser(row))) {
      throw new E_NOT_A_GUEST()
    }
  }

  /**
   * The models are imported when they are first needed, not at boot
   */
  #load(): Promise<GuestUserParts> {
    this.#parts ??= this.#loadParts().catch((error) => {
      this.#parts = undefined
      throw error
    })
    return this.#parts
  }

  async #loadParts(): Promise<GuestUserParts> {
    const { config } = this
    const { database, emitter, hashPassword, tryGuard } = this.#services

    const userModel = await importModel('userModel', config.userModel)
    await mustFitGuard(userModel, config, tryGuard)
    const guestModel = await importModel('guestModel', config.guestModel)

    const directory = new GuestDirectory(database, userModel, guestModel)
    const cleaner = new GuestCleaner(userModel, directory, this.expiry, emitter)
    const passwordColumn = findPasswordColumn(config, userModel)
    const password = passwordColumn
      ? new UnusablePassword(userModel, passwordColumn, hashPassword)
      : null

    return {
      userModel,
      passwordColumn,
      directory,
      converter: new GuestConverter(userModel, directory),
      creator: new GuestCreator(config, userModel, directory, password),
      registrar: new UserRegistrar(userModel, directory, passwordColumn, password),
      merger: new GuestMerger(config, userModel, directory),
      cleaner,
      inventory: new GuestInventory(directory, userModel, this.expiry, cleaner),
    }
  }
}

interface GuestUserParts {
  userModel: LucidModel
  passwordColumn: string | null
  directory: GuestDirectory
  converter: GuestConverter
  creator: GuestCreator
  registrar: UserRegistrar
  merger: GuestMerger
  cleaner: GuestCleaner
  inventory: GuestInventory
}

function primaryKeyOf(user: LucidRow | string | number): string | number {
  return typeof user === 'object' ? user.$primaryKeyValue! : user
}

/**
 * The open transaction that a row was read or written in
 */
function transactionOf(user: LucidRow | string | number): TransactionClientContract | undefined {
  return typeof user === 'object' ? user.$trx : undefined
}

function afterCommit(trx: TransactionClientContract | undefined, callback: () => void) {
  if (trx) {
    trx.after('commit', callback)
  } else {
    callback()
  }
}
