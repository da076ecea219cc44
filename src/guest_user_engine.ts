import type { Database } from '@adonisjs/lucid/database'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type {
  ApplicationService,
  EncryptionService,
  HashService,
  HttpRouterService,
} from '@adonisjs/core/types'

import type { GuestEvents } from './guests/guest_events.ts'
import { Expiry } from './guests/expiry.ts'
import { GuestCreator } from './guests/guest_creator.ts'
import { GuestConverter } from './guests/guest_converter.ts'
import { GuestDirectory } from './guests/guest_directory.ts'
import { PasswordSave } from './guests/password_save.ts'
import { UserRegistrar } from './guests/user_registrar.ts'
import { watchTokens } from './guests/token_sign_in.ts'
import { SessionAuthHash } from './guests/session_auth_hash.ts'
import { UnusablePassword } from './guests/unusable_password.ts'
import { assertGuardsAccept } from './guests/guards.ts'
import { findPasswordColumn, importModel } from './guests/configured_models.ts'
import { GuestMerger } from './merge/guest_merger.ts'
import { KeptGuests } from './cleanup/kept_guests.ts'
import { GuestCleaner } from './cleanup/guest_cleaner.ts'
import type { GuestInventory } from './inventory/guest_inventory.ts'
import type { ResolvedConfig } from './types.ts'

/**
 * Framework services that the engine uses
 */
export interface Framework {
  app: ApplicationService
  database: Database
  events: GuestEvents
  encryption: EncryptionService
  hash: HashService
  router: HttpRouterService
}

/**
 * The models and the services that work on them
 */
export interface GuestUserParts {
  userModel: LucidModel

  /**
   * The property of the user model that holds the password hash, null if it has
   * none
   */
  passwordColumn: string | null

  /**
   * Null when the model has no password column
   */
  sessionAuthHash: SessionAuthHash | null
  directory: GuestDirectory
  creator: GuestCreator
  converter: GuestConverter
  passwordSave: PasswordSave
  registrar: UserRegistrar
  merger: GuestMerger
  cleaner: GuestCleaner
}

/**
 * Everything behind the manager, for the package's own pages and middleware.
 * Applications do not use it
 */
export class GuestUserEngine {
  readonly config: ResolvedConfig
  readonly expiry: Expiry
  readonly framework: Framework
  #parts?: Promise<GuestUserParts>
  #inventory?: GuestInventory

  constructor(config: ResolvedConfig, framework: Framework) {
    this.config = config
    this.expiry = new Expiry(config)
    this.framework = framework
  }

  /**
   * Imports the models on first use rather than at boot. A failed load is tried
   * again on the next call
   *
   * @throws E_INVALID_GUEST_USER_CONFIG when a model or the guard does not fit
   */
  load(): Promise<GuestUserParts> {
    this.#parts ??= this.#load().catch((error) => {
      this.#parts = undefined
      throw error
    })
    return this.#parts
  }

  /**
   * What operators see. Only they import it
   */
  async loadInventory(): Promise<GuestInventory> {
    const { directory, userModel, cleaner } = await this.load()
    const { GuestInventory } = await import('./inventory/guest_inventory.ts')
    this.#inventory ??= new GuestInventory(directory, userModel, this.expiry, cleaner)
    return this.#inventory
  }

  /**
   * Converts a guest whom a save gives a password. For the saves of all models:
   * only those that change a column of this name import the user model
   */
  async saveRow(
    row: LucidRow,
    client: () => QueryClientContract,
    update: () => Promise<void>
  ): Promise<void> {
    const { passwordColumn = 'password' } = this.config
    if (passwordColumn === null || !row.$dirty[passwordColumn]) {
      return update()
    }
    const { passwordSave } = await this.load()
    await passwordSave.run(row, client(), update)
  }

  async #load(): Promise<GuestUserParts> {
    const { config, expiry } = this
    const { app, database, events, hash } = this.framework

    const userModel = await importModel('userModel', config.userModel)
    await assertGuardsAccept(app, config, userModel)
    const guestModel = await importModel('guestModel', config.guestModel)

    const directory = new GuestDirectory(database, userModel, guestModel)
    const kept = new KeptGuests(userModel, config.cleanup.keep)
    const passwordColumn = findPasswordColumn(config, userModel)
    const passwordSave = new PasswordSave(userModel, directory, events, passwordColumn)
    const password = passwordColumn ? new UnusablePassword(userModel, passwordColumn, hash) : null

    watchTokens(userModel)
    return {
      userModel,
      passwordColumn,
      sessionAuthHash: passwordColumn ? new SessionAuthHash(directory, passwordColumn) : null,
      directory,
      converter: new GuestConverter(userModel, directory, password, passwordSave),
      passwordSave,
      creator: new GuestCreator(config, userModel, directory, password),
      registrar: new UserRegistrar(userModel, directory, password),
      merger: new GuestMerger(config, userModel, directory),
      cleaner: new GuestCleaner(userModel, directory, expiry, events, kept),
    }
  }
}
