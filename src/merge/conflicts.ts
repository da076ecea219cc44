import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { readUniqueKeys, type UniqueKey } from '../database/unique_keys.ts'
import {
  withoutOwner,
  type Conflict,
  type Row,
  type Transfer,
  describeTransfer,
} from './transfer.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import { E_GUEST_MERGE_FAILED } from '../errors.ts'

/**
 * Common columns for the time of a write, which is not content
 */
const TIMESTAMPS = ['created_at', 'updated_at']

/**
 * Rows deleted per statement
 */
const CHUNK_SIZE = 200

/**
 * A transfer, with the values of the guest and of the account in the referenced
 * columns
 */
export interface Move {
  transfer: Transfer
  guestValues: Row
  accountValues: Row
}

/**
 * Deletes rows that would violate a unique key when the rows of a guest move,
 * according to the conflict policy of the transfer
 *
 * @throws E_GUEST_MERGE_FAILED when there is no policy and a row would be lost
 */
export async function resolveConflicts(move: Move, trx: TransactionClientContract) {
  const { table, columns, distinctColumns } = move.transfer
  const sample = await trx.from(table).where(move.guestValues).first()
  if (!sample) {
    return
  }

  const keys = await readUniqueKeys(trx, table)
  const relevant = keys.filter((key) => key.columns.some((column) => columns.includes(column)))
  if (distinctColumns) {
    relevant.push({ name: 'relation', columns: distinctColumns, isPrimary: false })
  }

  for (const key of relevant) {
    const conflicts = await findConflicts(move, key, Object.keys(sample), trx)
    if (conflicts.length > 0) {
      await resolve(conflicts, move, key, findPrimaryKey(keys), trx)
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
  move: Move,
  key: UniqueKey,
  primaryKey: string[],
  trx: TransactionClientContract
) {
  const { transfer } = move
  const { onConflict } = transfer

  if (onConflict === undefined) {
    await assertNothingIsLost(conflicts, transfer, key, primaryKey, trx)
  }
  if (typeof onConflict === 'function') {
    await applyPolicy(conflicts, transfer, onConflict, trx)
  }

  const obsolete =
    onConflict === 'keepGuest'
      ? conflicts.map(({ accountRow }) => accountRow)
      : conflicts.map(({ guestRow }) => guestRow)
  await deleteRows(obsolete, transfer, key, trx)
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

function findPrimaryKey(keys: UniqueKey[]): string[] {
  return keys.find((key) => key.isPrimary)?.columns ?? []
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
  primaryKey: string[],
  trx: TransactionClientContract
) {
  const ignored = [...TIMESTAMPS, ...transfer.columns]
  const isSame = conflicts.every((conflict) => isSameContent(conflict, ignored, primaryKey))

  if (!isSame || (await mayHaveDependents(transfer, trx))) {
    const others = withoutOwner(key, transfer)
    throw new E_GUEST_MERGE_FAILED([
      `Guest and account both have a row in "${transfer.table}"${others.length ? ` with the same "${others.join('", "')}"` : ''}, and only one of them may stay. Say which one by an "onConflict" for ${describeTransfer(transfer)} in "transfer"`,
    ])
  }
}

/**
 * Do both rows have the same content, apart from the ignored columns and a
 * surrogate key?
 */
export function isSameContent(
  { guestRow, accountRow }: Conflict,
  ignored: string[],
  primaryKey: string[]
): boolean {
  return Object.keys(guestRow).every((column) => {
    const values = [guestRow[column], accountRow[column]]
    const isSurrogateKey = primaryKey.join() === column && values.every(isSurrogate)
    return ignored.includes(column) || isSurrogateKey || isSameValue(values[0], values[1])
  })
}

/**
 * Could rows of other tables lose their parent, or be deleted with it?
 */
async function mayHaveDependents({ table, model }: Transfer, trx: TransactionClientContract) {
  const relations = [...(model?.$relationsDefinitions.values() ?? [])]
  const keys = await readForeignKeys(trx, table)
  return keys.length > 0 || relations.some(({ type }) => type !== 'belongsTo')
}

/**
 * A number or a UUID only identifies a row
 */
function isSurrogate(value: unknown): boolean {
  return /^(\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(String(value))
}

/**
 * Drivers round integers beyond the safe range: never treat them as equal
 */
function isSameValue(one: unknown, other: unknown): boolean {
  const isRounded = typeof one === 'number' && Math.abs(one) > Number.MAX_SAFE_INTEGER
  return !isRounded && JSON.stringify(one) === JSON.stringify(other)
}

/**
 * Deletes through the model if there is one, so that its hooks run, and then
 * directly: a soft-deleted row would still conflict
 */
async function deleteRows(
  rows: Row[],
  transfer: Transfer,
  key: UniqueKey,
  trx: TransactionClientContract
) {
  const columns = [...new Set([...transfer.columns, ...key.columns])]
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
