import type { HttpContext } from '@adonisjs/core/http'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { LucidModel, LucidRow, ModelAttributes } from '@adonisjs/lucid/types/model'

import type { Guest } from './models/guest.ts'
import type { ResolvedConfig } from './types/config.ts'

export * from './types/model.ts'
export * from './types/config.ts'
export * from './types/transfer.ts'
export * from './types/cleanup.ts'

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
