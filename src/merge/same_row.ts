import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import { readForeignKeys } from '../database/foreign_keys.ts'
import type { UniqueKey } from '../database/unique_keys.ts'
import { E_GUEST_MERGE_FAILED } from '../errors.ts'
import { describeTransfer, withoutOwner, type Conflict, type Transfer } from './transfer.ts'

/**
 * Frequent columns that say when a row was written, not what is in it
 */
const TIMESTAMPS = ['created_at', 'updated_at']

/**
 * Dropping a row of the guest loses nothing when the account's says the same,
 * and nothing hangs on it
 */
export async function mustSayTheSame(
  conflicts: Conflict[],
  transfer: Transfer,
  key: UniqueKey,
  primaryKey: string[],
  trx: TransactionClientContract
) {
  const ignored = [...TIMESTAMPS, ...transfer.columns]
  const saysTheSame = ({ guestRow, accountRow }: Conflict) =>
    Object.keys(guestRow).every((column) => {
      const values = [guestRow[column], accountRow[column]]
      const isSurrogateKey = primaryKey.join() === column && values.every(isSurrogate)
      return ignored.includes(column) || isSurrogateKey || isSameValue(values[0], values[1])
    })

  if (!conflicts.every(saysTheSame) || (await mayHaveDependents(transfer, trx))) {
    const others = withoutOwner(key, transfer)
    throw new E_GUEST_MERGE_FAILED([
      `Guest and account both have a row in "${transfer.table}"${others.length ? ` with the same "${others.join('", "')}"` : ''}, and only one of them may stay. Say which one by an "onConflict" for ${describeTransfer(transfer)} in "transfer"`,
    ])
  }
}

/**
 * Rows of other tables would lose what they belong to, or be deleted with it
 */
async function mayHaveDependents({ table, model }: Transfer, trx: TransactionClientContract) {
  const relations = [...(model?.$relationsDefinitions.values() ?? [])]
  const keys = await readForeignKeys(trx, table)
  return keys.length > 0 || relations.some(({ type }) => type !== 'belongsTo')
}

/**
 * A number or a UUID tells rows apart, and says nothing else
 */
function isSurrogate(value: unknown): boolean {
  return /^(\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(String(value))
}

/**
 * Drivers round integers that JavaScript has no room for
 */
function isSameValue(one: unknown, other: unknown): boolean {
  const isRounded = typeof one === 'number' && Math.abs(one) > Number.MAX_SAFE_INTEGER
  return !isRounded && JSON.stringify(one) === JSON.stringify(other)
}
