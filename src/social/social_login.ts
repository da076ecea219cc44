import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { ConfiguredUser, UserValues } from '../types.ts'
import { findTakenAttributes } from '../database/taken_columns.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import { readDatabaseError, retryTransient, withoutValues } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import { E_INCOMPLETE_SOCIAL_ATTRIBUTES, E_NOT_A_GUEST, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'
import {
  collectValues,
  hasVerifiedEmail,
  isSameAddress,
  lowerCased,
  suffixed,
  type SocialUser,
} from './social_user.ts'

/**
 * What the application knows of social identities
 */
export interface SocialLoginOptions {
  /**
   * The account that has this social identity, null when there is none
   */
  findAccount: () => LucidRow | null | undefined | Promise<LucidRow | null | undefined>

  /**
   * Stores that the identity belongs to the user, in the transaction. A unique
   * key should ensure that it belongs to one user only
   */
  linkAccount: (user: ConfiguredUser, trx: TransactionClientContract) => unknown

  /**
   * Values for a new account, in addition to those of the provider
   */
  attributes?: UserValues

  /**
   * Has the account verified its address? Defaults to `emailVerifiedAt` of the
   * user model
   */
  isEmailVerified?: (account: ConfiguredUser) => boolean | Promise<boolean>
}

/**
 * The account with the address that the provider returned
 */
export interface AddressOwner {
  account: ConfiguredUser

  /**
   * Both the provider and the account have verified the address. Otherwise,
   * somebody who registers another person's address could wait for them to come
   */
  isSamePerson: boolean
}

/**
 * Names to try before giving up: three that people like, then random ones
 */
const MOST_NAMES = 8

/**
 * Finds or creates the account of somebody whom a social provider vouches for
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
   * The account that has the identity
   */
  async findByIdentity(): Promise<ConfiguredUser | null> {
    const account = await this.#options.findAccount()
    return (account as ConfiguredUser | null | undefined) ?? null
  }

  /**
   * @param visitor who is signed in: their own account does not count
   */
  async findByAddress(visitor?: LucidRow): Promise<AddressOwner | null> {
    const { email } = this.#socialUser
    const { userModel, directory } = await this.#manager.engine.load()
    if (!email || !userModel.$hasColumn('email')) {
      return null
    }

    const client = directory.client()
    const rows = await userModel.query({ client }).whereIn('email', [email, lowerCased(email)])
    const others = rows.filter((row) => !isSameRow(row, visitor)) as ConfiguredUser[]
    if (others.length === 0) {
      return null
    }

    const account =
      others.find((row) => readAddress(row) === email) ??
      others.find((row) => isSameAddress(readAddress(row), email))
    return account
      ? { account, isSamePerson: await this.#isSamePerson(account) }
      : { account: others[0], isSamePerson: false }
  }

  async #isSamePerson(account: ConfiguredUser): Promise<boolean> {
    return (
      hasVerifiedEmail(this.#socialUser) &&
      (await this.#isEmailVerified(account)) &&
      !(await this.#manager.isGuest(account))
    )
  }

  async #isEmailVerified(account: ConfiguredUser): Promise<boolean> {
    const { isEmailVerified } = this.#options
    return isEmailVerified
      ? isEmailVerified(account)
      : Boolean((account as LucidRow).$attributes.emailVerifiedAt)
  }

  /**
   * Adds the identity to an account
   */
  async link(account: LucidRow): Promise<ConfiguredUser> {
    const { userModel, directory } = await this.#manager.engine.load()
    const client = directory.client()

    return retryTransient(() =>
      runInTransaction(client, async (trx) => {
        const user = await userModel.findOrFail(account.$primaryKeyValue!, { client: trx })
        await this.#options.linkAccount(user as ConfiguredUser, trx)
        return user as ConfiguredUser
      })
    )
  }

  /**
   * Converts the guest to the regular user that the provider describes
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
   * Creates a user for somebody who was not a guest
   */
  create(): Promise<ConfiguredUser> {
    return this.#withFreeName((values) =>
      this.#manager.register(values as UserValues, (user, trx) => {
        return this.#options.linkAccount(user, trx)
      })
    )
  }

  /**
   * What an error of the database means to the person or the developer. The
   * error itself contains the values, which must not get into a log
   *
   * @returns the error itself when it is of another kind
   */
  async explain(error: unknown): Promise<unknown> {
    const { kind, column } = readDatabaseError(error) ?? {}
    const { userModel, directory } = await this.#manager.engine.load()

    // `linkAccount` writes to another table, for which `attributes` cannot help
    if (kind === 'not_null' && column && userModel.$keys.columnsToAttributes.get(column)) {
      return new E_INCOMPLETE_SOCIAL_ATTRIBUTES([`${userModel.table}.${column}`])
    }
    if (kind === 'unique') {
      const taken = await findTakenAttributes(directory.client(), userModel, error)
      return taken.includes('email') ? new E_SOCIAL_EMAIL_TAKEN() : withoutValues(error)
    }
    return withoutValues(error)
  }

  /**
   * Tries names until the unique keys of the database accept one
   */
  async #withFreeName(
    write: (values: Record<string, unknown>) => Promise<ConfiguredUser>
  ): Promise<ConfiguredUser> {
    const { userModel, directory } = await this.#manager.engine.load()
    const values = collectValues(this.#socialUser, userModel, this.#options.attributes)
    const { username } = values
    if (typeof username !== 'string') {
      return write(values)
    }

    for (let attempt = 1; ; attempt++) {
      try {
        return await write({ ...values, username: suffixed(username, attempt) })
      } catch (error) {
        const taken = await findTakenAttributes(directory.client(), userModel, error)
        if (!taken.includes('username') || attempt === MOST_NAMES) {
          throw error
        }
      }
    }
  }
}

function readAddress(row: LucidRow): string {
  return String(row.$attributes.email)
}

function isSameRow(row: LucidRow, other: LucidRow | undefined): boolean {
  return String(row.$primaryKeyValue) === String(other?.$primaryKeyValue)
}

/**
 * Another request was faster: it linked the identity, took the address, or
 * converted the guest. The next attempt sees the result
 */
export function isLostRace(error: unknown): boolean {
  return error instanceof E_NOT_A_GUEST || readDatabaseError(error)?.kind === 'unique'
}
