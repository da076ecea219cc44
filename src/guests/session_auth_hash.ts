import { hash } from 'node:crypto'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { GuestDirectory } from './guest_directory.ts'

/**
 * A digest of a guest's password column and its connection, kept in the guest's
 * session: tenants that have databases of their own have the same ids.
 *
 * Every conversion changes that column, so a session that brings another digest
 * than the row has now is one that the guest had before: it must not lead into
 * the account. Django calls it the session auth hash. It needs no key: the session is
 * the framework's to protect, and the unusable hash of a guest is random
 */
export class SessionAuthHash {
  #directory: GuestDirectory
  #passwordColumn: string

  constructor(directory: GuestDirectory, passwordColumn: string) {
    this.#directory = directory
    this.#passwordColumn = passwordColumn
  }

  /**
   * A provider of the guard may load fewer columns
   */
  canRead(user: LucidRow): boolean {
    return user.$getAttribute(this.#passwordColumn) !== undefined
  }

  create(user: LucidRow): string {
    const { connectionName } = this.#directory
    const password = user.$getAttribute(this.#passwordColumn)
    const text = JSON.stringify([connectionName, String(user.$primaryKeyValue), password])
    return hash('sha256', text, 'base64url')
  }
}
