import { createHash } from 'node:crypto'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { EncryptionService } from '@adonisjs/core/types'

import type { GuestDirectory } from './guest_directory.ts'

const PURPOSE = 'guest_user.session'

/**
 * A keyed digest of a guest's password column and its connection, kept in the
 * guest's session: tenants that have databases of their own have the same ids.
 *
 * Every conversion changes that column, so a session that brings another digest
 * than the row has now is one that the guest had before: it must not lead into
 * the account. Django calls it the session auth hash
 */
export class SessionAuthHash {
  #encryption: EncryptionService
  #directory: GuestDirectory
  #passwordColumn: string

  constructor(encryption: EncryptionService, directory: GuestDirectory, passwordColumn: string) {
    this.#encryption = encryption
    this.#directory = directory
    this.#passwordColumn = passwordColumn
  }

  /**
   * A provider of the guard may load fewer columns
   */
  canRead(user: LucidRow): boolean {
    return user.$getAttribute(this.#passwordColumn) !== undefined
  }

  /**
   * Signed with the application's key
   */
  create(user: LucidRow): string {
    return this.#encryption.getMessageVerifier().sign(this.#digest(user), undefined, PURPOSE)
  }

  /**
   * Was the hash made for this user, with the password column as it is now? Keys
   * that the application has rotated out of use for signing still verify
   */
  verify(user: LucidRow, hash: string): boolean {
    return this.#encryption.getMessageVerifier().unsign(hash, PURPOSE) === this.#digest(user)
  }

  #digest(user: LucidRow): string {
    const { connectionName } = this.#directory.client()
    const password = user.$getAttribute(this.#passwordColumn)
    return createHash('sha256')
      .update(JSON.stringify([connectionName, String(user.$primaryKeyValue), password]))
      .digest('base64url')
  }
}
