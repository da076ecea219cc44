import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { isSameContent, listMeaninglessColumns, mayHaveDependents } from './content.ts'
import { readUniqueKeys, type UniqueKey } from '../database/unique_keys.ts'
import {
  describeEntry,
  listOwnerKeys,
  withoutOwner,
  type Conflict,
  type Move,
  type Row,
  type Transfer,
} from './transfer.ts'
import { E_GUEST_MERGE_FAILED } from '../errors.ts'

/**
 * Rows deleted per statement
 */
const CHUNK_SIZE = 200

/**
 * Deletes rows that would violate a unique key when the rows of a guest move,
 * according to the conflict policy of the transfer
 *
 * @throws E_GUEST_MERGE_FAILED when there is no policy and a row would be lost
 */
export async function resolveConflicts(move: Move, trx: TransactionClientContract) {
  const { table } = move.transfer
  const sample = await trx.from(table).where(move.guestValues).first()
  if (!sample) {
    return
  }

  const keys = await readUniqueKeys(trx, table)
  for (const key of listOwnerKeys(keys, move.transfer)) {
    const conflicts = await findConflicts(move, key, Object.keys(sample), trx)
    if (conflicts.length > 0) {
      await resolve(conflicts, move.transfer, key, keys, trx)
    }
  }
}

/**
 * The database compares, because it knows whether "Ann" equals "ann". The rows
 * are locked until the conflicts are resolved
 */
async function findConflicts(
  { transfer, guestValues, accountValues }: Move,
  key: UniqueKey,
  columns: string[],
  trx: TransactionClientContract
): Promise<Conflict[]> {
  const query = trx
    .from(`${transfer.table} as guest_row`)
    .join(`${transfer.table} as account_row`, (join) => {
      for (const [column, value] of Object.entries(accountValues)) {
        join.onVal(`account_row.${column}`, value)
      }
      for (const column of withoutOwner(key, transfer)) {
        join.on(`guest_row.${column}`, `account_row.${column}`)
      }
    })
    .where(prefixed('guest_row', guestValues))
    .select(columns.map((column, index) => `guest_row.${column} as g${index}`))
    .select(columns.map((column, index) => `account_row.${column} as a${index}`))
    .forUpdate()

  const pick = (row: Row, side: string) =>
    Object.fromEntries(columns.map((column, index) => [column, row[`${side}${index}`]]))
  const rows: Row[] = await query
  return rows.map((row) => ({
    guestRow: pick(row, 'g'),
    accountRow: pick(row, 'a'),
  }))
}

async function resolve(
  conflicts: Conflict[],
  transfer: Transfer,
  key: UniqueKey,
  keys: UniqueKey[],
  trx: TransactionClientContract
) {
  const { onConflict } = transfer

  if (onConflict === undefined) {
    await assertNothingIsLost(conflicts, transfer, key, keys, trx)
  }
  if (typeof onConflict === 'function') {
    await applyPolicy(conflicts, transfer, onConflict, trx)
  }

  const obsolete =
    onConflict === 'keepGuest'
      ? conflicts.map(({ accountRow }) => accountRow)
      : conflicts.map(({ guestRow }) => guestRow)
  await deleteRows(obsolete, transfer, [...transfer.columns, ...key.columns], trx)
}

/**
 * Several rows of the guest may conflict with one row of the account. The
 * callback then gets the same object each time, with its earlier changes
 */
async function applyPolicy(
  conflicts: Conflict[],
  { model }: Transfer,
  onConflict: Extract<Transfer['onConflict'], Function>,
  trx: TransactionClientContract
) {
  const toObject = (row: Row) => (model ? toInstance(row, model, trx) : row)
  const accountRows = new Map<string, Row>()

  for (const conflict of conflicts) {
    const key = JSON.stringify(conflict.accountRow)
    const accountRow = accountRows.get(key) ?? toObject(conflict.accountRow)
    accountRows.set(key, accountRow)
    await onConflict({ guestRow: toObject(conflict.guestRow), accountRow, trx })
  }
}

function toInstance(row: Row, model: LucidModel, trx: TransactionClientContract): LucidRow {
  return model.$createFromAdapterResult(row, undefined, { client: trx })!
}

function prefixed(alias: string, values: Row): Row {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [`${alias}.${column}`, value])
  )
}

/**
 * Dropping a row of the guest loses nothing if the account's row has the same
 * content and no rows depend on the guest's
 *
 * @throws E_GUEST_MERGE_FAILED otherwise
 */
async function assertNothingIsLost(
  conflicts: Conflict[],
  transfer: Transfer,
  key: UniqueKey,
  keys: UniqueKey[],
  trx: TransactionClientContract
) {
  const ignored = [
    ...transfer.columns,
    ...(await listMeaninglessColumns(trx, transfer.table, keys)),
  ]
  const isSame = conflicts.every((conflict) => isSameContent(conflict, ignored))

  if (!isSame || (await mayHaveDependents(trx, transfer))) {
    throw new E_GUEST_MERGE_FAILED([
      `Guest and account both have ${describeConflict(transfer, key)}, and only one of them may stay. Say which one by ${describeEntry(transfer, "onConflict: 'keepAccount'")}`,
    ])
  }
}

/**
 * What only one user may have, such as `a row in "likes" with the same "post_id"`
 */
export function describeConflict(transfer: Transfer, key: UniqueKey): string {
  const others = withoutOwner(key, transfer)
  const same = others.length > 0 ? ` with the same "${others.join('", "')}"` : ''
  return `a row in "${transfer.table}"${same}`
}

/**
 * Deletes through the model if there is one, so that its hooks run, and then
 * directly: a soft-deleted row would still conflict
 */
export async function deleteRows(
  rows: Row[],
  transfer: Transfer,
  identifyingColumns: string[],
  trx: TransactionClientContract
) {
  const columns = [...new Set(identifyingColumns)]
  const identify = (row: Row) => Object.fromEntries(columns.map((column) => [column, row[column]]))

  if (transfer.model) {
    for (const row of rows) {
      const instances = await transfer.model.query({ client: trx }).where(identify(row))
      for (const instance of instances) {
        await instance.delete()
      }
    }
  }

  for (let start = 0; start < rows.length; start += CHUNK_SIZE) {
    const query = trx.from(transfer.table)
    for (const row of rows.slice(start, start + CHUNK_SIZE)) {
      query.orWhere((where) => where.where(identify(row)))
    }
    await query.delete()
  }
}
