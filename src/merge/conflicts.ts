import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { deleteRows } from './delete_rows.ts'
import { mustSayTheSame } from './same_row.ts'
import { readUniqueKeys, type UniqueKey } from '../database/unique_keys.ts'
import { withoutOwner, type Conflict, type Row, type Transfer } from './transfer.ts'

/**
 * A transfer with the values of the guest and of the account in the columns
 * that are pointed at
 */
export interface Move {
  transfer: Transfer
  guestValues: Row
  accountValues: Row
}

/**
 * Makes room for the rows of a guest where a unique key would keep them from
 * moving, as the policy of the transfer says
 *
 * @throws E_GUEST_MERGE_FAILED when there is no policy, and a row would be lost
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
 * Compared by the database, which knows whether "Ann" is "ann". Nobody may change
 * these rows until it is decided what becomes of them
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
    await mustSayTheSame(conflicts, transfer, key, primaryKey, trx)
  }
  if (typeof onConflict === 'function') {
    await askPolicy(conflicts, transfer, onConflict, trx)
  }

  const inTheWay =
    onConflict === 'keepGuest'
      ? conflicts.map(({ accountRow }) => accountRow)
      : conflicts.map(({ guestRow }) => guestRow)
  await deleteRows(inTheWay, transfer, key, trx)
}

/**
 * Several rows of the guest may clash with one of the account: it is the same
 * object each time, with what the callback did to it before
 */
async function askPolicy(
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
