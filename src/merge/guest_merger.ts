import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import type { Transfer } from './transfer.ts'
import { splitQualifiedName } from '../database/catalog.ts'
import { retryTransient, readDatabaseError } from '../database/database_error.ts'
import { runInTransaction } from '../database/transaction.ts'
import { describeOmissions, findTransfers, resolveTransfers } from './find_transfers.ts'
import { resolveConflicts, type Move } from './conflicts.ts'
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
   * Checks `transfer` of the configuration
   *
   * @returns the foreign keys that it omits, whose rows would be lost in a
   * merge, as sentences for the log
   * @throws E_INVALID_GUEST_USER_CONFIG when it contains an unknown name
   */
  async checkTransfer(): Promise<string[]> {
    const { transfer } = this.#config
    if (!transfer) {
      return []
    }
    return describeOmissions(
      transfer,
      this.#directory.client(),
      this.#userModel,
      this.#directory.guestModel.table
    )
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

    const transferred: Merged['transferred'] = {}
    for (const transfer of await this.#listTransfers(trx)) {
      const count = await this.#move(transfer, pair, trx)
      if (count > 0) {
        const { table } = splitQualifiedName(transfer.table)
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
  #listTransfers(trx: TransactionClientContract): Promise<Transfer[]> {
    const { transfer } = this.#config
    return transfer
      ? resolveTransfers(transfer, this.#userModel)
      : findTransfers(trx, this.#userModel, this.#directory.guestModel.table)
  }

  async #move(transfer: Transfer, pair: Pair, trx: TransactionClientContract) {
    const move: Move = {
      transfer,
      guestValues: valuesOf(pair.guestRow, transfer),
      accountValues: valuesOf(pair.accountRow, transfer),
    }
    if (transfer.discard) {
      await trx.from(transfer.table).where(move.guestValues).delete()
      return 0
    }

    await resolveConflicts(move, trx)
    try {
      const updated = await trx
        .from(transfer.table)
        .where(move.guestValues)
        .update(move.accountValues)
      return Number(updated)
    } catch (error) {
      throw explainFailedMove(error, transfer)
    }
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
      if (readDatabaseError(error)?.kind === 'foreign_key') {
        throw new E_GUEST_MERGE_FAILED(
          ['A table still points at the guest. Name it in "transfer"'],
          { cause: error }
        )
      }
      throw error
    }
  }
}

function valuesOf(row: Record<string, any>, { columns, referencedColumns }: Transfer) {
  return Object.fromEntries(
    columns.map((column, index) => [column, row[referencedColumns[index]]])
  ) as Record<string, any>
}

/**
 * A unique key over an expression or over some rows only, or a check
 * constraint, cannot be foreseen
 */
function explainFailedMove(error: unknown, { table }: Transfer): unknown {
  const kind = readDatabaseError(error)?.kind
  if (kind !== 'unique' && kind !== 'foreign_key' && kind !== 'check') {
    return error
  }
  return new E_GUEST_MERGE_FAILED(
    [`The rows of the guest in "${table}" cannot move as they are. Move them in "merge"`],
    { cause: error }
  )
}
