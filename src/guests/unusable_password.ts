import { randomBytes } from 'node:crypto'
import type { HashService } from '@adonisjs/core/types'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

type PasswordHasher = Pick<HashService, 'make'>
type PasswordHashingModel = LucidModel & { hashPassword?: (user: LucidRow) => Promise<void> }

/**
 * Gives guests a password hash that nothing verifies against, without hashing
 * a password for each of them.
 *
 * The hash is made once per process, from random bytes that nobody keeps, by
 * the model's own hasher: checking a guess against it answers "no" in the same
 * time as for everybody else. It is put in by a hook that runs after those of
 * the model, so the one of `withAuthFinder` finds no password to hash.
 */
export class UnusablePassword {
  #model: PasswordHashingModel
  #column: string
  #hasher: PasswordHasher
  #hash?: Promise<string>
  #guests = new WeakSet<LucidRow>()

  /**
   * @param hasher used when the model does not hash passwords by itself
   */
  constructor(model: LucidModel, column: string, hasher: PasswordHasher) {
    this.#model = model
    this.#column = column
    this.#hasher = hasher

    model.boot()
    model.before('save', async (user) => {
      if (this.#guests.has(user)) {
        this.#guests.delete(user)
        user.$setAttribute(this.#column, await this.#makeOnce())
      }
    })
  }

  /**
   * The next save of this user stores the unusable hash
   */
  assignOnSave(user: LucidRow) {
    this.#guests.add(user)
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
      stranger.$setAttribute(this.#column, secret)
      await this.#model.hashPassword(stranger)
      const hash = stranger.$getAttribute(this.#column)
      if (hash !== secret) {
        return hash
      }
    }
    return this.#hasher.make(secret)
  }
}
