/// <reference types="@adonisjs/auth/initialize_auth_middleware" />

import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'

import type { ConfiguredUser } from '../types.ts'

/**
 * Options of `guestUsers.registerApiRoutes`
 */
export interface ApiRoutesOptions {
  /**
   * The guard of `config/auth.ts` that creates the tokens. Defaults to the first one
   * for access tokens
   */
  guard?: keyof Authenticators

  /**
   * What the answers tell about a user. Defaults to `user.serialize()`, always without
   * the password
   *
   * @example
   * serialize: (user) => ({ id: user.id, name: user.fullName })
   */
  serialize?: (user: ConfiguredUser, ctx: HttpContext) => unknown
}
