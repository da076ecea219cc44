import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import {
  Dependents,
  isReadable,
  joinPath,
  listBlockingPaths,
  listCertainlyBlockingPaths,
  type DependentPath,
} from '../database/dependents.ts'
import { readDatabaseError } from '../database/database_error.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * What blocks the delete of a user
 */
export interface Blocker {
  /**
   * The table that references the user, null when unknown
   */
  table: string | null

  /**
   * The name of its foreign key, or the column that must not be null. Null on
   * SQLite, which does not name foreign keys
   */
  constraint: string | null
}

const REFUSALS = ['foreign_key', 'not_null', 'check', 'unique', 'raised']

/**
 * Does the database refuse a delete because of other rows? Foreign keys do, SET
 * NULL on a NOT NULL column does, and so may a trigger
 */
export function isRefusal(error: unknown): boolean {
  const kind = readDatabaseError(error)?.kind
  return kind !== undefined && REFUSALS.includes(kind)
}

/**
 * Looks up what blocks the delete of users, after one was refused
 */
export class Blockers {
  #client: QueryClientContract
  #tables: GuestTables
  #dependents: Dependents

  /**
   * The catalogue is read on first use
   */
  constructor(client: QueryClientContract, tables: GuestTables) {
    this.#client = client
    this.#tables = tables
    this.#dependents = new Dependents(client, tables.users)
  }

  /**
   * Finds users that are certainly blocked, with one query per foreign key
   */
  async find(userIds: UserId[]): Promise<Map<UserId, Blocker>> {
    const paths = await this.#dependents.paths()
    return this.#follow(listCertainlyBlockingPaths(paths, this.#tables.users), userIds)
  }

  /**
   * Finds what blocks this user. SQLite's error does not name the table
   */
  async explain(userId: UserId, error: unknown): Promise<Blocker> {
    const { table, constraint, column } = readDatabaseError(error) ?? {}
    if (table) {
      return { table, constraint: constraint ?? column ?? null }
    }
    const paths = listBlockingPaths(await this.#dependents.paths())
    const found = await this.#follow(paths.filter(isReadable), [userId])
    return found.get(userId) ?? { table: null, constraint: null }
  }

  async #follow(paths: DependentPath[], userIds: UserId[]): Promise<Map<UserId, Blocker>> {
    const found = new Map<UserId, Blocker>()
    for (const path of paths) {
      const { table, name, onDelete, columns } = path.at(-1)!
      const constraint = onDelete === 'set null' ? columns.join() : name
      for (const userId of await this.#selectBlocked(path, userIds)) {
        found.set(userId, found.get(userId) ?? { table, constraint })
      }
    }
    return found
  }

  async #selectBlocked(path: DependentPath, userIds: UserId[]): Promise<UserId[]> {
    const { guests, userId } = this.#tables
    const query = this.#client
      .from(`${guests} as g`)
      .distinct(`g.${userId} as userId`)
      .whereIn(`g.${userId}`, userIds)

    const rows = await joinPath(query, this.#tables, path)
    return rows.map((row) => row.userId)
  }
}
