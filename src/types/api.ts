/// <reference types="@adonisjs/auth/initialize_auth_middleware" />

import type { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'
import type { Authenticators } from '@adonisjs/auth/types'
import type { ExtractModelColumns } from '@adonisjs/lucid/types/model'

import type { ConfiguredUser, GuestUserTypes } from '../types.ts'

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

/**
 * What `POST /guest/convert` takes: by default the fields of the default form that the
 * user model has. With a `convert.validator` of your own, say what it takes as
 * `apiConversion` of `GuestUserTypes`
 */
export type GuestApiConversion = GuestUserTypes extends { apiConversion: infer Conversion }
  ? Conversion
  : Pick<ConfiguredUser, Extract<keyof ConfiguredUser, FormField>> & {
      password: string
      passwordConfirmation: string
    }

type FormField = 'fullName' | 'name' | 'username' | 'email'

/**
 * What the answers tell about a user: by default the columns of the user model, without
 * the password. Where the model hides or renames columns, and with `serialize`, say it as
 * `apiUser` of `GuestUserTypes`
 */
export type GuestApiUser = GuestUserTypes extends { apiUser: infer User }
  ? User
  : ConfiguredUser extends { $columns: readonly string[] }
    ? Serialized<Omit<ExtractModelColumns<ConfiguredUser>, 'password'>>
    : Record<string, any>

type Serialized<Values> = { [Name in keyof Values]: SerializedValue<Values[Name]> }
type SerializedValue<Value> = Value extends DateTime ? string : Value

/**
 * The answers of the routes of `registerApiRoutes`, in the form that Tuyau reads from
 * controllers. `indexGuestRoutes` names them in its registry
 */
export interface GuestApiAnswers {
  store:
    | Answer<
        200 | 201,
        { type: 'bearer'; token: string; expiresAt: string | null; user: GuestApiUser }
      >
    | Refusal<401 | 403>
  convert: Answer<200, { user: GuestApiUser }> | Refusal<401 | 409>
  destroy: Answer<204, undefined> | Refusal<401 | 403 | 409>
}

interface Answer<Status extends number, Body> {
  __status: Status
  __response: Body
}

type Refusal<Status extends number> = Status extends number
  ? Answer<Status, { errors: { message: string }[] }>
  : never
