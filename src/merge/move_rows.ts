import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { deleteRows, resolveConflicts } from './conflicts.ts'
import { listMeaninglessColumns } from './content.ts'
import { describeEntry, type Move, type Row } from './transfer.ts'
import { isContention, readDatabaseError, withoutValues } from '../database/database_error.ts'
import { isOutage } from '../database/outage.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import { E_GUEST_MERGE_FAILED } from '../errors.ts'

/**
 * Moves the rows of a guest to the account, or deletes them
 *
 * @param others moves of the same table: its other columns that reference users
 * @returns how many rows moved
 * @throws E_GUEST_MERGE_FAILED when rows can neither move nor stay
 */
export async function moveRows(
  move: Move,
  others: Move[],
  trx: TransactionClientContract
): Promise<number> {
  const { transfer, guestValues, accountValues } = move
  if (!isComplete(guestValues)) {
    return 0
  }

  const rows = () => trx.from(transfer.table).where(guestValues)
  if (transfer.discard) {
    await rows().delete().catch(explainFailure(move))
    return 0
  }
  if (!isComplete(accountValues)) {
    await assertNone(move, trx)
    return 0
  }
  await resolveConflicts(move, trx).catch(explainRefusal(move))
  await dropSelfReferences(move, others, trx).catch(explainRefusal(move))
  return Number(await rows().update(accountValues).catch(explainFailure(move)))
}

/**
 * A row with a null in the column references nobody
 */
function isComplete(values: Row): boolean {
  return Object.values(values).every((value) => value !== null && value !== undefined)
}

async function assertNone({ transfer, guestValues }: Move, trx: TransactionClientContract) {
  if (await trx.from(transfer.table).where(guestValues).first()) {
    throw new E_GUEST_MERGE_FAILED([
      `Rows of the guest in "${transfer.table}" cannot move: the account has no "${transfer.referencedColumns.join('", "')}" for them to reference. Say what becomes of them by ${describeEntry(transfer, 'discard: true')}`,
    ])
  }
}

/**
 * A guest may have followed the account that they sign in to. Then both columns
 * of the row become the account, and a check or a trigger may forbid that. Such
 * a row is dropped if it says nothing else
 */
async function dropSelfReferences(
  move: Move,
  others: Move[],
  trx: TransactionClientContract
): Promise<void> {
  for (const other of others) {
    const where = { ...move.guestValues, ...other.accountValues }
    const selfReferences: Row[] = await trx.from(move.transfer.table).where(where)
    if (selfReferences.length > 0 && !(await mayMove(move, where, trx))) {
      const columns = [...move.transfer.columns, ...other.transfer.columns]
      await assertNothingElse(selfReferences, move, columns, trx)
      await deleteRows(selfReferences, move.transfer, columns, trx)
    }
  }
}

/**
 * Only the database knows, so it is asked: in a savepoint, since a refused
 * statement ends the transaction on PostgreSQL
 */
async function mayMove(move: Move, where: Row, trx: TransactionClientContract): Promise<boolean> {
  const savepoint = await trx.transaction()
  try {
    await savepoint.from(move.transfer.table).where(where).update(move.accountValues)
    return true
  } catch (error) {
    if (!isRefusal(error)) {
      throw error
    }
    return false
  } finally {
    await savepoint.rollback()
  }
}

/**
 * @throws E_GUEST_MERGE_FAILED when a row has content, unless the configuration
 * says that the rows of the account stay
 */
async function assertNothingElse(
  rows: Row[],
  { transfer }: Move,
  columns: string[],
  trx: TransactionClientContract
): Promise<void> {
  if (transfer.onConflict === 'keepAccount') {
    return
  }
  const keys = await readUniqueKeys(trx, transfer.table)
  const ignored = [...columns, ...(await listMeaninglessColumns(trx, transfer.table, keys))]
  const hasContent = rows.some((row) =>
    Object.entries(row).some(([column, value]) => value !== null && !ignored.includes(column))
  )
  if (hasContent) {
    throw new E_GUEST_MERGE_FAILED([
      `A row in "${transfer.table}" ties the guest to the account, and the database forbids one that ties the account to itself. Drop it by ${describeEntry(transfer, "onConflict: 'keepAccount'")}, or move it in "merge"`,
    ])
  }
}

/**
 * Would the database refuse it each time?
 */
function isRefusal(error: unknown): boolean {
  return readDatabaseError(error) !== null && !isContention(error)
}

/**
 * For what runs callbacks and hooks of the application, whose own errors stay as
 * they are
 */
function explainRefusal(move: Move): (error: unknown) => never {
  return (error) => {
    if (isRefusal(error)) {
      explainFailure(move)(error)
    }
    throw error
  }
}

/**
 * For statements of our own. A unique key over an expression or over some rows
 * only, a check, a trigger or a missing privilege cannot be foreseen
 */
function explainFailure({ transfer }: Move): (error: unknown) => never {
  return (error) => {
    if (isOutage(error)) {
      throw error
    }
    const { kind, constraint } = readDatabaseError(error) ?? {}
    const reason = constraint ? `${kind} "${constraint}"` : (kind ?? (error as any).code)
    throw new E_GUEST_MERGE_FAILED(
      [
        `The rows of the guest in "${transfer.table}" cannot move as they are (${reason}). Move or delete them in "merge"`,
      ],
      { cause: withoutValues(error) }
    )
  }
}
