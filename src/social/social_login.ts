import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow, LucidModel } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract, QueryClientContract } from '@adonisjs/lucid/types/database'

import { retryTransient, readDatabaseError, withoutValues } from '../database/database_error.ts'
import { findTakenAttributes } from '../database/taken_columns.ts'
import {
  collectValues,
  suffixed,
  hasVerifiedEmail,
  isSameAddress,
  lowerCased,
  type SocialUser,
} from './social_user.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { ConfiguredUser, UserValues } from '../types.ts'
import { E_INCOMPLETE_SOCIAL_ATTRIBUTES, E_NOT_A_GUEST, E_SOCIAL_EMAIL_TAKEN } from '../errors.ts'

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
  isEmailVerified?: (account: ConfiguredUser) => boolean | Promise<boolean>
}

/**
 * The account that has the address which the provider tells
 */
export interface AddressOwner {
  account: ConfiguredUser

  /**
   * Both the provider and the account have verified the address. Whoever
   * registers somebody else's address and waits must not get into their account
   */
  isSamePerson: boolean
}

/**
 * Names tried before giving up: three that people like, then random ones
 */
const MOST_NAMES = 8

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
   * The account that has the identity
   */
  async findByIdentity(): Promise<ConfiguredUser | null> {
    const account = await this.#options.findAccount()
    return (account as ConfiguredUser | null | undefined) ?? null
  }

  /**
   * @param visitor who is signed in: their own address is in nobody's way
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
      client.transaction(async (trx) => {
        const user = await userModel.findOrFail(account.$primaryKeyValue!, { client: trx })
        await this.#options.linkAccount(user as ConfiguredUser, trx)
        return user as ConfiguredUser
      })
    )
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
   * What an error of the database means to the person and to the developer
   */
  async explain(error: unknown): Promise<unknown> {
    const { userModel, directory } = await this.#manager.engine.load()
    return explainRefusal(error, userModel, directory.client())
  }

  /**
   * The unique keys of the database say which name is taken
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
 * Somebody was first: linked the identity, took the address, or converted the
 * guest. Looking again tells what that means for this login
 */
export function isLostRace(error: unknown): boolean {
  return error instanceof E_NOT_A_GUEST || readDatabaseError(error)?.kind === 'unique'
}

/**
 * What it means that the database refused an account. Its own error holds the
 * values, which belong into no log
 *
 * @returns the error itself when it is of another kind
 */
export async function explainRefusal(
  error: unknown,
  userModel: LucidModel,
  client: QueryClientContract
): Promise<unknown> {
  const { kind, column } = readDatabaseError(error) ?? {}

  if (kind === 'not_null' && column && hasColumn(userModel, column)) {
    return new E_INCOMPLETE_SOCIAL_ATTRIBUTES([`${userModel.table}.${column}`])
  }
  if (kind === 'unique') {
    const taken = await findTakenAttributes(client, userModel, error)
    return taken.includes('email') ? new E_SOCIAL_EMAIL_TAKEN() : withoutValues(error)
  }
  return error
}

/**
 * `linkAccount` writes to a table of its own, about which `attributes` can do
 * nothing
 */
function hasColumn(userModel: LucidModel, column: string): boolean {
  return [...userModel.$columnsDefinitions.values()].some(({ columnName }) => columnName === column)
}
