import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { GuestFilter } from '../types.ts'
import type { BoundedCount } from '../count.ts'
import type { Expiry } from '../guests/expiry.ts'
import { isSqlite } from '../database/catalog.ts'
import { GuestHistory } from './guest_history.ts'
import { countBounded } from './bounded_count.ts'
import { parseUserKey } from '../database/key_type.ts'
import { readTableColumns } from '../database/table_columns.ts'
import { GuestSearch, type FoundUsers } from './guest_search.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import { DependentRowsCounter, type DependentRowCounts } from './dependent_rows.ts'
import { resolveGuestTables, type GuestTables, type UserId } from '../database/guest_tables.ts'
import type { GuestCleaner, RemoveOptions, StoppedCleanup } from '../cleanup/guest_cleaner.ts'
import {
  GuestList,
  queryGuests,
  type GuestPage,
  type ListedGuest,
  type PageRequest,
} from './guest_list.ts'

/**
 * All guests, as the admin pages see them
 */
export class GuestInventory {
  #directory: GuestDirectory
  #userModel: LucidModel
  #cleaner: GuestCleaner
  #tables: GuestTables
  #list: GuestList
  #keyType?: Promise<string>
  #histories = new Map<string, GuestHistory>()
  readonly expiry: Expiry

  constructor(
    directory: GuestDirectory,
    userModel: LucidModel,
    expiry: Expiry,
    cleaner: GuestCleaner
  ) {
    this.#directory = directory
    this.#userModel = userModel
    this.#cleaner = cleaner
    this.#tables = resolveGuestTables(userModel, directory.guestModel, expiry.property)
    this.#list = new GuestList(directory, userModel, expiry.property)
    this.expiry = expiry
  }

  /**
   * The one of the connection that the models use now: tenants do not see the
   * numbers of each other
   */
  get history(): GuestHistory {
    const { connectionName } = this.#client
    const history = this.#histories.get(connectionName) ?? new GuestHistory(this.#directory)
    this.#histories.set(connectionName, history)
    return history
  }

  page(request: PageRequest): Promise<GuestPage> {
    return this.#explaining(() => this.#list.read(request))
  }

  /**
   * @returns null when there is no such guest
   */
  find(userId: UserId): Promise<ListedGuest | null> {
    return this.#list.find(userId)
  }

  /**
   * Counts the guests of each filter, in one query
   */
  count(filters: GuestFilter[]): Promise<BoundedCount[]> {
    return this.#explaining(() =>
      countBounded(
        this.#client,
        filters.map((filter) => this.#query(filter))
      )
    )
  }

  /**
   * Users whose columns begin with the term, or who have it as their key; guests
   * or not
   *
   * @param attributes of the user model
   */
  async search(term: string, attributes: string[]): Promise<FoundUsers> {
    const found = await new GuestSearch(this.#client, this.#userModel, attributes).find(term)
    const key = await this.parseKey(term)
    return { ...found, userIds: key === null ? found.userIds : [...found.userIds, key] }
  }

  /**
   * The rows that would be deleted with the guests of a filter, or block that
   */
  async dependents(filter: GuestFilter): Promise<DependentRowCounts> {
    return new DependentRowsCounter(this.#client, this.#tables).count(() => this.#query(filter))
  }

  /**
   * Deletes the guests of a filter, as a cleanup does
   */
  async remove(filter: GuestFilter, options: RemoveOptions): Promise<StoppedCleanup> {
    try {
      return await this.#cleaner.remove(filter, options)
    } finally {
      this.history.forget()
    }
  }

  /**
   * @returns null when the text cannot be the key of a user
   */
  async parseKey(text: string): Promise<UserId | null> {
    this.#keyType ??= this.#readKeyType().catch((error) => {
      this.#keyType = undefined
      throw error
    })
    return parseUserKey(text, await this.#keyType)
  }

  async #readKeyType(): Promise<string> {
    const columns = await readTableColumns(this.#client, this.#tables.users)
    const type = columns.find(({ name }) => name === this.#tables.id)?.type ?? 'text'
    // SQLite's integers have 8 bytes, whatever they are called
    return isSqlite(this.#client) && type === 'integer' ? 'bigint' : type
  }

  get #client(): QueryClientContract {
    return this.#directory.client()
  }

  #query(filter: GuestFilter) {
    return queryGuests(this.#client, this.#directory, this.#tables, filter)
  }

  async #explaining<Result>(callback: () => Promise<Result>): Promise<Result> {
    try {
      return await callback()
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }
}
