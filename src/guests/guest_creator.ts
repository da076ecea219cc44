import { DateTime } from 'luxon'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

import debug from '../debug.ts'
import type { Guest } from '../models/guest.ts'
import { pauseBeforeRetry, readDatabaseError, withoutValues } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import { canInsertJointly, insertJointly } from './joint_insert.ts'
import { LostConnection, RefusedRow } from './guest_rows.ts'
import { SharedWrites, TakenVisitKey } from './shared_writes.ts'
import { GuestVisibility } from './guest_visibility.ts'
import type { GuestDirectory } from './guest_directory.ts'
import type { UnusablePassword } from './unusable_password.ts'
import type { CreateGuestOptions, ResolvedConfig } from '../types.ts'
import {
  E_INCOMPLETE_GUEST_ATTRIBUTES,
  E_INVALID_GUEST_USER_CONFIG,
  E_UNKNOWN_OUTCOME,
  E_USERNAME_EXHAUSTED,
} from '../errors.ts'

/**
 * Names to try. By then, numbered names have grown by seven digits
 */
const MAX_ATTEMPTS = 10

/**
 * Milliseconds within which parallel first requests of one visitor arrive
 */
const VISIT_KEY_LIFETIME = 10_000

/**
 * Which unique value was taken: for a username, another one is tried; for a
 * visit key, the guest of the parallel request is returned
 */
type Taken = 'username' | 'visit_key'

export interface CreatedGuest {
  user: LucidRow
  guest: Guest

  /**
   * False when a parallel request of the same visitor created the guest
   */
  created: boolean
}

/**
 * Creates a user and its `guests` row: both or none
 */
export class GuestCreator {
  #config: ResolvedConfig
  #userModel: LucidModel
  #directory: GuestDirectory
  #password: UnusablePassword | null
  #visibility: GuestVisibility
  #writes: SharedWrites

  constructor(
    config: ResolvedConfig,
    userModel: LucidModel,
    directory: GuestDirectory,
    password: UnusablePassword | null
  ) {
    this.#config = config
    this.#userModel = userModel
    this.#directory = directory
    this.#password = password
    this.#visibility = new GuestVisibility(userModel)
    this.#writes = new SharedWrites(
      async (userId, client) => !(await directory.isClaimed(userId, client))
    )
  }

  /**
   * @throws E_HIDDEN_GUEST when the user model would not find the guest
   */
  async create(options: CreateGuestOptions): Promise<CreatedGuest> {
    const client = this.#directory.client(options.client)
    let nameAttempt = 1
    let isLost = false
    let username = options.username ?? (await this.#generateUsername(options, nameAttempt))

    for (let attempt = 1; ; attempt++) {
      try {
        return { ...(await this.#insert(username, options, client)), created: true }
      } catch (error) {
        debug('attempt %d to create a guest failed: %s', attempt, withoutValues(error))
        if (error instanceof LostConnection && !isLost) {
          isLost = true
        } else if (isLost && !(error instanceof TakenValue)) {
          throw new E_UNKNOWN_OUTCOME([], { cause: withoutValues(error) })
        } else if (!(error instanceof TakenValue)) {
          // A deadlock aborts the caller's whole transaction, so it is not ours to retry
          const pause = client.isTransaction
            ? Promise.reject(error)
            : pauseBeforeRetry(error, attempt)
          await pause.catch((final) => {
            throw this.#explain(final, attempt)
          })
        } else if (attempt === MAX_ATTEMPTS) {
          throw this.#explain(error, attempt)
        } else if (error.taken === 'username') {
          nameAttempt += 1
          username = await this.#generateUsername(options, nameAttempt)
        } else {
          const existing = await this.#findParallelGuest(options.visitKey!, client)
          if (existing) {
            // The key may be taken by the statement whose answer was lost
            const created = isLost && !(error.cause instanceof TakenVisitKey)
            return { ...existing, created }
          }
        }
      }
    }
  }

  async #generateUsername(options: CreateGuestOptions, attempt: number): Promise<string> {
    const username = await this.#config.username(options.ctx, attempt)
    if (typeof username !== 'string' || username.trim() === '') {
      throw new E_INVALID_GUEST_USER_CONFIG(['"username" must return a name that is not empty'])
    }
    return username
  }

  async #insert(username: string, options: CreateGuestOptions, client: QueryClientContract) {
    const user = await this.#buildUser(username, options)
    const guest = this.#buildGuest(options)

    if (
      this.#visibility.isProven &&
      canInsertJointly(this.#userModel, this.#directory.guestModel, client)
    ) {
      await insertJointly(user, guest, client, (rows) =>
        this.#writes.write(client, rows, guest.visitKey)
      ).catch((error) => {
        if (error instanceof TakenVisitKey) {
          throw new TakenValue('visit_key', error)
        }
        throw error instanceof RefusedRow ? explainRefused(error, options) : error
      })
      return { user, guest }
    }
    return this.#insertInTransaction(user, guest, options, client)
  }

  async #insertInTransaction(
    user: LucidRow,
    guest: Guest,
    options: CreateGuestOptions,
    client: QueryClientContract
  ) {
    return runInTransaction(
      client,
      async (trx) => {
        user.useTransaction(trx)
        await user.save().catch((error) => {
          throw explainRefused(new RefusedRow('user', error), options)
        })
        guest.userId = user.$primaryKeyValue!
        await guest
          .useTransaction(trx)
          .save()
          .catch((error) => {
            throw explainRefused(new RefusedRow('guest', error), options)
          })
        await this.#visibility.assert(user, trx)
        return { user, guest }
      },
      {
        wasCommitted: async () => !(await this.#directory.isClaimed(guest.userId, client)),
      }
    )
  }

  #buildGuest(options: CreateGuestOptions): Guest {
    const now = DateTime.now()
    const guest = new this.#directory.guestModel()
    guest.createdAt = now
    guest.lastSeenAt = now
    guest.visitKey = options.visitKey ?? null
    return guest
  }

  async #buildUser(username: string, options: CreateGuestOptions): Promise<LucidRow> {
    const attributes = await this.#config.attributes({ username, ctx: options.ctx })
    for (const name of Object.keys(attributes ?? {})) {
      if (!this.#userModel.$hasColumn(name)) {
        throw new E_INVALID_GUEST_USER_CONFIG([
          `"attributes" returns "${name}", which is not a column of the model "${this.#userModel.name}"`,
        ])
      }
    }

    const user = new this.#userModel()
    user.fill(attributes)
    this.#password?.assignOnSave(user)
    return user
  }

  /**
   * Finds the guest that a parallel request created with the same key seconds
   * ago. An older key has expired and is removed from its guest
   */
  async #findParallelGuest(
    visitKey: string,
    client: QueryClientContract
  ): Promise<{ user: LucidRow; guest: Guest } | null> {
    const { guestModel } = this.#directory
    const oldest = this.#directory.formatted(
      DateTime.now().minus({ milliseconds: VISIT_KEY_LIFETIME }),
      'up',
      client
    )

    await guestModel
      .query({ client })
      .where('visitKey', visitKey)
      .where('createdAt', '<', oldest)
      .update({ visitKey: null })

    const guest = await guestModel.query({ client }).where('visitKey', visitKey).first()
    const user = guest && (await this.#userModel.find(guest.userId, { client }))
    return guest && user ? { guest, user } : null
  }

  #explain(error: unknown, attempts: number): unknown {
    const cause = error instanceof TakenValue ? error.cause : error
    if (error instanceof TakenValue && error.taken === 'username') {
      return new E_USERNAME_EXHAUSTED(attempts, { cause: withoutValues(cause) })
    }

    const found = readDatabaseError(cause)
    if (found?.kind === 'not_null') {
      const table = found.table ?? this.#userModel.table
      return new E_INCOMPLETE_GUEST_ATTRIBUTES([`${table}.${found.column}`], {
        cause: withoutValues(cause),
      })
    }
    return withoutValues(this.#directory.explain(cause))
  }
}

/**
 * What the refusal of a row says about its unique values
 */
function explainRefused({ row, cause }: RefusedRow, { visitKey }: CreateGuestOptions): unknown {
  if (!isTaken(cause) || (row === 'guest' && !visitKey)) {
    return cause
  }
  return new TakenValue(row === 'user' ? 'username' : 'visit_key', cause)
}

function isTaken(error: unknown): boolean {
  return readDatabaseError(error)?.kind === 'unique'
}

/**
 * Records which of the two inserts failed: a duplicate in `users` is a taken
 * username, one in `guests` is a taken visit key
 */
class TakenValue extends Error {
  readonly taken: Taken

  constructor(taken: Taken, cause: unknown) {
    super(`The ${taken} is taken`, { cause })
    this.taken = taken
  }
}
