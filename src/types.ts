import type { HttpContext } from '@adonisjs/core/http'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { LucidModel, LucidRow, ModelAttributes } from '@adonisjs/lucid/types/model'

import type { Guest } from './models/guest.ts'
import type { ResolvedConfig } from './types/config.ts'

export * from './types/model.ts'
export * from './types/config.ts'
export * from './types/transfer.ts'
export * from './types/cleanup.ts'

/**
 * Augmented in the application's `config/guest_user.ts`, so that
 * `ctx.guestUser` and the service return its own user model
 *
 * @example
 * declare module 'adonisjs-guest-user/types' {
 *   interface GuestUserTypes extends InferGuestUserTypes<typeof guestUserConfig> {}
 * }
 */
export interface GuestUserTypes {}

/**
 * Infers the user model from what `defineConfig` returned
 */
export type InferGuestUserTypes<Config extends ConfigProvider<{ userModel: unknown }>> =
  Awaited<ReturnType<Config['resolver']>> extends ResolvedConfig<infer Model>
    ? { userModel: Model }
    : never

/**
 * The application's user model, or any Lucid model when `GuestUserTypes` is not
 * augmented
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
 * Values for columns of the application's users table
 */
export type UserValues = GuestUserTypes extends { userModel: infer Model extends LucidModel }
  ? Partial<ModelAttributes<InstanceType<Model>>>
  : Record<string, unknown>

/**
 * As in Lucid's own methods
 */
export interface ClientOptions {
  /**
   * A transaction to join, or the client of a connection. Everything is read and
   * written in it, and events are sent after its commit
   */
  client?: QueryClientContract
}

/**
 * Options to create a guest
 */
export interface CreateGuestOptions extends ClientOptions {
  /**
   * Tried first. When it is taken, a generated name is used
   */
  username?: string

  /**
   * The request that creates the guest. Passed to `username`, `attributes` and
   * the listeners of `guest_user:created`
   */
  ctx?: HttpContext

  /**
   * Requests with the same key within a few seconds get the same guest
   */
  visitKey?: string
}

/**
 * Events and the data their listeners receive
 */
export interface GuestUserEvents {
  /**
   * Sent after the commit that created the guest. `ctx` is undefined outside a
   * request
   */
  'guest_user:created': { user: ConfiguredUser; guest: Guest; ctx?: HttpContext }

  /**
   * Sent after the commit that made a guest a regular user. `ctx` is undefined
   * outside a request
   */
  'guest_user:converted': { user: ConfiguredUser; ctx?: HttpContext }

  /**
   * Sent after the commit that merged a guest into an account and deleted it.
   * `transferred` counts the moved rows by table. `ctx` is undefined outside a
   * request
   */
  'guest_user:merged': {
    user: ConfiguredUser
    guest: ConfiguredUser
    transferred: Record<string, number>
    ctx?: HttpContext
  }

  /**
   * Sent when a guest signed in to an account and could not be merged: nothing
   * has moved, and `ctx.guestUser.mergeInto(user)` can still merge the guest
   * while it exists. Not with `mergeMode: 'strict'`, which fails the sign-in
   */
  'guest_user:merge_failed': {
    user: ConfiguredUser
    guestId: string | number
    error: unknown
    ctx: HttpContext
  }

  /**
   * Sent after the commit of each cleanup batch, which waits for listeners
   */
  'guest_user:deleted': { userIds: (string | number)[] }
}
