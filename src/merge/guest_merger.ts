import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { moveRows } from './move_rows.ts'
import { isSameTable, type Move, type Transfer } from './transfer.ts'
import { splitQualifiedName } from '../database/catalog.ts'
import { readDatabaseError, retryTransient, withoutValues } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import { findTransfers, resolveTransfers } from './find_transfers.ts'
import { foreseeConflicts, type ForeseenConflict } from './foreseen_conflicts.ts'
import type { ResolvedConfig } from '../types.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import { E_GUEST_MERGE_FAILED, E_INVALID_MERGE_TARGET, E_NOT_A_GUEST } from '../errors.ts'

/**
 * The two users to merge
 */
interface Pair {
  guest: LucidRow
  account: LucidRow

  /**
   * Their rows in the database
   */
  guestRow: Record<string, any>
  accountRow: Record<string, any>
}

export interface Merged extends Pick<Pair, 'guest' | 'account'> {
  /**
   * Rows that moved, by table
   */
  transferred: Record<string, number>
}

/**
 * Moves everything that belongs to a guest to an account and deletes the guest,
 * in one transaction
 */
export class GuestMerger {
  #config: Pick<ResolvedConfig, 'transfer' | 'merge'>
  #userModel: LucidModel
  #directory: GuestDirectory

  constructor(
    config: Pick<ResolvedConfig, 'transfer' | 'merge'>,
    userModel: LucidModel,
    directory: GuestDirectory
  ) {
    this.#config = config
    this.#userModel = userModel
    this.#directory = directory
  }

  /**
   * Checks the names in `transfer` of the configuration, without the database
   *
   * @throws E_INVALID_GUEST_USER_CONFIG when it contains an unknown name
   */
  async checkTransfer(): Promise<void> {
    await resolveTransfers(this.#config.transfer ?? [], this.#userModel)
  }

  /**
   * What merges will fail on, unless the configuration decides it
   *
   * @throws E_INVALID_GUEST_USER_CONFIG when `transfer` contains an unknown name
   */
  async foreseeConflicts(): Promise<ForeseenConflict[]> {
    const client = this.#directory.client()
    return foreseeConflicts(await this.#findTransfers(client), client)
  }

  /**
   * @param client a transaction to join, or a connection
   * @throws E_NOT_A_GUEST when another request or a cleanup came first
   * @throws E_INVALID_MERGE_TARGET when the account is not a regular user
   * @throws E_GUEST_MERGE_FAILED when rows of the guest can neither move nor stay
   */
  async merge(
    guestId: UserId,
    accountId: UserId,
    client: QueryClientContract,
    ctx?: HttpContext
  ): Promise<Merged> {
    if (String(guestId) === String(accountId)) {
      throw new E_INVALID_MERGE_TARGET(['It is the guest itself'])
    }
    const merge = () =>
      runInTransaction(client, (trx) => this.#mergeIn(trx, guestId, accountId, ctx), {
        wasCommitted: () => this.#directory.isClaimed(guestId, client),
      })
    try {
      // A deadlock aborts the caller's whole transaction, so it is not ours to retry
      return await (client.isTransaction ? merge() : retryTransient(merge))
    } catch (error) {
      throw this.#directory.explain(error)
    }
  }

  async #mergeIn(
    trx: TransactionClientContract,
    guestId: UserId,
    accountId: UserId,
    ctx: HttpContext | undefined
  ): Promise<Merged> {
    if (!(await this.#directory.claim(guestId, trx))) {
      throw new E_NOT_A_GUEST()
    }

    const pair = await this.#lock(guestId, accountId, trx)
    const { guest, account } = pair
    await this.#config.merge?.({ guest, account, trx, ctx })

    const transfers = await this.#findTransfers(trx)
    const moves = transfers.map((transfer) => toMove(transfer, pair))
    const transferred: Merged['transferred'] = {}
    for (const move of moves) {
      const count = await moveRows(move, this.#listOthers(move, moves), trx)
      if (count > 0) {
        const { table } = splitQualifiedName(move.transfer.table)
        transferred[table] = (transferred[table] ?? 0) + count
      }
    }

    await this.#remove(guest, trx)
    return { guest, account, transferred }
  }

  /**
   * Locks both users, so that no row can be added that references the guest and
   * would be deleted with it, or that conflicts with a row of the guest
   */
  async #lock(guestId: UserId, accountId: UserId, trx: TransactionClientContract): Promise<Pair> {
    const { table } = this.#userModel
    const { columnName } = this.#userModel.$getColumn(this.#userModel.primaryKey)!

    // Bypasses the model, whose hooks may hide guests
    const rows: Record<string, any>[] = await trx
      .from(table)
      .whereIn(columnName, [guestId, accountId])
      .orderBy(columnName)
      .forUpdate()

    const find = (id: UserId) => rows.find((row) => String(row[columnName]) === String(id))
    const [guestRow, accountRow] = [find(guestId), find(accountId)]
    if (!guestRow) {
      throw new E_NOT_A_GUEST()
    }
    if (!accountRow) {
      throw new E_INVALID_MERGE_TARGET(['There is no such user'])
    }
    if (await this.#directory.guestModel.find(accountId, { client: trx })) {
      throw new E_INVALID_MERGE_TARGET(['It is a guest, too'])
    }

    const toUser = (row: Record<string, any>) =>
      this.#userModel.$createFromAdapterResult(row, undefined, { client: trx })!
    return { guest: toUser(guestRow), account: toUser(accountRow), guestRow, accountRow }
  }

  /**
   * Reads the catalogue each time, because a migration may have added a table
   * since the application started
   */
  #findTransfers(client: QueryClientContract): Promise<Transfer[]> {
    const guestsTable = this.#directory.guestModel.table
    return findTransfers(client, this.#userModel, guestsTable, this.#config.transfer)
  }

  /**
   * The moves of the same table. Rows of the users table are never dropped
   */
  #listOthers(move: Move, moves: Move[]): Move[] {
    const { table, columns } = move.transfer
    return moves.filter(
      ({ transfer }) =>
        isSameTable(transfer.table, table) &&
        transfer.columns.join() !== columns.join() &&
        !isSameTable(table, this.#userModel.table)
    )
  }

  /**
   * Also deletes what the model only soft-deletes: without its `guests` row, a
   * remaining user would be a regular user
   */
  async #remove(guest: LucidRow, trx: TransactionClientContract) {
    const { primaryKey, table } = this.#userModel
    const { columnName } = this.#userModel.$getColumn(primaryKey)!
    const id = guest.$primaryKeyValue!
    try {
      await guest.delete()
      await trx.from(table).where(columnName, id).delete()
    } catch (error) {
      const refusal = readDatabaseError(error)
      if (refusal?.kind !== 'foreign_key' && refusal?.kind !== 'raised') {
        throw error
      }
      throw new E_GUEST_MERGE_FAILED(
        [
          `The guest cannot be deleted: ${refusal.table ? `rows in "${refusal.table}"` : 'rows of a table'} still need it, or a trigger refuses. Move them in "merge"`,
        ],
        { cause: withoutValues(error) }
      )
    }
  }
}

function toMove(transfer: Transfer, { guestRow, accountRow }: Pair): Move {
  const valuesOf = (row: Pair['guestRow']) =>
    Object.fromEntries(
      transfer.columns.map((column, index) => [column, row[transfer.referencedColumns[index]]])
    )
  return { transfer, guestValues: valuesOf(guestRow), accountValues: valuesOf(accountRow) }
}
