import { randomBytes } from 'node:crypto'
import type { HashService } from '@adonisjs/core/types'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

type PasswordHasher = Pick<HashService, 'make'>
type PasswordHashingModel = LucidModel & { hashPassword?: (user: LucidRow) => Promise<void> }

/**
 * Gives guests a password hash that no password matches, without the cost of
 * hashing one per guest.
 *
 * The hash is created once per process from random bytes that are discarded, by
 * the model's own hasher, so that verifying a guess takes as long as for any
 * other user. It is set by a hook that runs after the model's own hooks, so
 * `withAuthFinder` finds no password to hash.
 */
export class UnusablePassword {
  #model: PasswordHashingModel

  /**
   * The property of the user model that holds the password hash
   */
  readonly column: string
  #hasher: PasswordHasher
  #hash?: Promise<string>
  #users = new WeakMap<LucidRow, () => Promise<string>>()

  /**
   * @param hasher used when the model does not hash passwords itself
   */
  constructor(model: LucidModel, column: string, hasher: PasswordHasher) {
    this.#model = model
    this.column = column
    this.#hasher = hasher

    model.boot()
    model.before('save', async (user) => {
      const makeHash = this.#users.get(user)
      if (makeHash) {
        this.#users.delete(user)
        user.$setAttribute(this.column, await makeHash())
      }
    })
  }

  /**
   * Stores the unusable hash on the next save of this user
   */
  assignOnSave(user: LucidRow) {
    this.#users.set(user, () => this.#makeOnce())
  }

  /**
   * The next save of this user stores an unusable hash that no other user has.
   * Unlike the first one, it costs as much as hashing a password
   */
  replaceOnSave(user: LucidRow) {
    this.#users.set(user, () => this.#make())
  }

  #makeOnce(): Promise<string> {
    this.#hash ??= this.#make().catch((error) => {
      this.#hash = undefined
      throw error
    })
    return this.#hash
  }

  async #make(): Promise<string> {
    const secret = randomBytes(32).toString('base64url')

    if (typeof this.#model.hashPassword === 'function') {
      const stranger = new this.#model()
      stranger.$setAttribute(this.column, secret)
      await this.#model.hashPassword(stranger)
      const hash = stranger.$getAttribute(this.column)
      if (hash !== secret) {
        return hash
      }
    }
    return this.#hasher.make(secret)
  }
}
