import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { GuestTables, UserId } from '../database/guest_tables.ts'
import {
  joinDependents,
  isReadable,
  readHoldingPaths,
  type HoldingPath,
} from '../database/dependents.ts'
import type { ForeignKey } from '../database/foreign_keys.ts'
import { readDatabaseError } from '../database/database_error.ts'

/**
 * Looks up what keeps users from being deleted. The catalogue is read once, and
 * only when a delete was refused
 */
export class Holders {
  #client: QueryClientContract
  #tables: GuestTables
  #paths?: HoldingPath[]

  constructor(client: QueryClientContract, tables: GuestTables) {
    this.#client = client
    this.#tables = tables
  }

  /**
   * Has a delete been refused yet?
   */
  get isNeeded(): boolean {
    return this.#paths !== undefined
  }

  /**
   * Reads the catalogue, because a delete was refused
   */
  async prepare(): Promise<void> {
    await this.#readPaths()
  }

  /**
   * Who of these is certainly held, and by what? One query for each foreign key
   */
  async find(userIds: UserId[]): Promise<Map<UserId, Holder>> {
    const paths = await this.#readPaths()
    return this.#follow(
      paths.filter((path) => path.isCertain),
      userIds
    )
  }

  /**
   * What holds this user, whose delete was refused? SQLite's error does not say
   */
  async explain(userId: UserId, error: unknown): Promise<Holder> {
    const told = readHolder(error)
    if (told) {
      return told
    }
    const paths = await this.#readPaths()
    const found = await this.#follow(paths.filter(isReadable), [userId])
    return found.get(userId) ?? { table: null, constraint: null }
  }

  async #readPaths(): Promise<HoldingPath[]> {
    this.#paths ??= await readHoldingPaths(this.#client, this.#tables.users)
    return this.#paths
  }

  async #follow(paths: HoldingPath[], userIds: UserId[]): Promise<Map<UserId, Holder>> {
    const found = new Map<UserId, Holder>()
    for (const { keys } of paths) {
      const holder = describeHolder(keys.at(-1)!)
      for (const userId of await this.#selectHeld(keys, userIds)) {
        found.set(userId, found.get(userId) ?? holder)
      }
    }
    return found
  }

  async #selectHeld(keys: HoldingPath['keys'], userIds: UserId[]): Promise<UserId[]> {
    const { guests, userId } = this.#tables
    const query = this.#client
      .from(`${guests} as g`)
      .distinct(`g.${userId} as userId`)
      .whereIn(`g.${userId}`, userIds)

    const rows = await joinDependents(query, this.#tables, keys)
    return rows.map((row) => row.userId)
  }
}

const REFUSALS = ['foreign_key', 'not_null', 'check', 'unique', 'raised']

/**
 * The foreign key that keeps a user from being deleted
 */
export interface Holder {
  /**
   * The table that points at the user, null when nobody can tell
   */
  table: string | null

  /**
   * Null in SQLite, which has no names for them
   */
  constraint: string | null
}

export function describeHolder({ table, name }: ForeignKey): Holder {
  return { table, constraint: name }
}

/**
 * Does the database refuse to delete a row because of others? ON DELETE SET NULL
 * does so too where null is not allowed, and so does a trigger
 */
export function isRefusal(error: unknown): boolean {
  const kind = readDatabaseError(error)?.kind
  return kind !== undefined && REFUSALS.includes(kind)
}

/**
 * @returns null when the error does not name the table, as in SQLite
 */
export function readHolder(error: unknown): Holder | null {
  const { table, constraint, column } = readDatabaseError(error) ?? {}
  return table ? { table, constraint: constraint ?? column ?? null } : null
}
