import { randomInt } from 'node:crypto'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { findTakenColumns } from '../taken_columns.ts'
import { readDatabaseError } from '../database_error.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { ConfiguredUser, UserValues } from '../types.ts'
import { describeAccount, hasVerifiedEmail, type SocialUser } from './social_user.ts'
import { E_NOT_A_GUEST, E_SOCIAL_EMAIL_MISSING, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'

/**
 * What the application knows of social identities
 */
export interface SocialLoginOptions {
  /**
   * The account that has this social identity, null when there is none
   */
  findAccount: () => LucidRow | null | undefined | Promise<LucidRow | null | undefined>

  /**
   * Remembers that the identity belongs to the user, in the transaction. A
   * unique key should see to it that it belongs to one only
   */
  linkAccount: (user: ConfiguredUser, trx: TransactionClientContract) => unknown

  /**
   * Values for a new account. They are added to what the provider tells
   */
  attributes?: UserValues

  /**
   * Has the account proved that its address is its own? Defaults to
   * `emailVerifiedAt` of the user model
   */
  isEmailVerified?: (account: ConfiguredUser) => boolean
}

/**
 * Names tried before giving up: three that people like, then random ones
 */
const MOST_NAMES = 8
const NICE_NAMES = 3

/**
 * Finds or makes the account of somebody whom a social provider vouches for
 */
export class SocialLogin {
  #manager: GuestUserManager
  #socialUser: SocialUser
  #options: SocialLoginOptions

  constructor(manager: GuestUserManager, socialUser: SocialUser, options: SocialLoginOptions) {
    this.#manager = manager
    this.#socialUser = socialUser
    this.#options = options
  }

  /**
   * The account that has the identity, or the address, where both the provider
   * and the account have verified it: whoever registers somebody else's address
   * and waits must not get into their account
   *
   * @throws E_SOCIAL_EMAIL_TAKEN when an account has the address, and nobody
   * knows whether both are the same person
   */
  async findAccount(): Promise<ConfiguredUser | null> {
    const account = await this.#options.findAccount()
    return (account as ConfiguredUser) ?? this.#findByEmail()
  }

  async #findByEmail(): Promise<ConfiguredUser | null> {
    const { email } = this.#socialUser
    const userModel = await this.#manager.userModel()
    if (!email || !userModel.$hasColumn('email')) {
      return null
    }

    const client = await this.#manager.client()
    const account = (await userModel
      .query({ client })
      .where('email', email)
      .first()) as ConfiguredUser | null
    if (!account) {
      return null
    }

    const isSamePerson = hasVerifiedEmail(this.#socialUser) && this.#isEmailVerified(account)
    if (!isSamePerson || (await this.#manager.isGuest(account))) {
      throw new E_SOCIAL_EMAIL_TAKEN()
    }
    return this.link(account)
  }

  #isEmailVerified(account: LucidRow): boolean {
    const { isEmailVerified } = this.#options
    return isEmailVerified
      ? isEmailVerified(account as ConfiguredUser)
      : Boolean(account.$attributes.emailVerifiedAt)
  }

  /**
   * Adds the identity to an account
   */
  async link(account: LucidRow): Promise<ConfiguredUser> {
    const userModel = await this.#manager.userModel()
    const client = await this.#manager.client()

    return client.transaction(async (trx) => {
      const user = await userModel.findOrFail(account.$primaryKeyValue!, { client: trx })
      await this.#options.linkAccount(user as ConfiguredUser, trx)
      return user as ConfiguredUser
    })
  }

  /**
   * Makes the guest the regular user that the provider describes
   */
  convert(guest: LucidRow, ctx: HttpContext): Promise<ConfiguredUser> {
    return this.#withFreeName((values) =>
      this.#manager.convert(
        guest,
        async (user, trx) => {
          await (user as LucidRow).merge(values).save()
          await this.#options.linkAccount(user, trx)
        },
        { ctx }
      )
    )
  }

  /**
   * Makes a user for somebody who was no guest
   */
  create(): Promise<ConfiguredUser> {
    return this.#withFreeName((values) =>
      this.#manager.register(values as UserValues, (user, trx) => {
        return this.#options.linkAccount(user, trx)
      })
    )
  }

  /**
   * The unique keys of the database say which name is taken
   */
  async #withFreeName(
    write: (values: Record<string, unknown>) => Promise<ConfiguredUser>
  ): Promise<ConfiguredUser> {
    const userModel = await this.#manager.userModel()
    const values = this.#collectValues(userModel)

    for (let attempt = 1; ; attempt++) {
      try {
        return await write({ ...values, ...suffixed(values.username, attempt) })
      } catch (error) {
        const taken = await this.#findTakenAttributes(error, userModel)
        if (!taken.includes('username') || attempt === MOST_NAMES) {
          throw error
        }
      }
    }
  }

  #collectValues(userModel: LucidModel): Record<string, unknown> {
    const { attributes } = this.#options
    const values = { ...describeAccount(this.#socialUser, userModel), ...attributes }
    if (userModel.$hasColumn('email') && !('email' in values)) {
      throw new E_SOCIAL_EMAIL_MISSING()
    }
    return values
  }

  async #findTakenAttributes(error: unknown, userModel: LucidModel): Promise<string[]> {
    const client = await this.#manager.client()
    const columns = await findTakenColumns(client, userModel.table, error)
    return columns.map((column) => userModel.$keys.columnsToAttributes.get(column, column))
  }
}

/**
 * Somebody was first: linked the identity, took the address, or converted the
 * guest. Looking again tells what that means for this login
 */
export function isLostRace(error: unknown): boolean {
  return error instanceof E_NOT_A_GUEST || readDatabaseError(error)?.kind === 'unique'
}

function suffixed(username: unknown, attempt: number): { username?: string } {
  if (typeof username !== 'string' || attempt === 1) {
    return {}
  }
  const suffix = attempt <= NICE_NAMES ? attempt : randomInt(1000, 1_000_000)
  return { username: `${username}-${suffix}` }
}
