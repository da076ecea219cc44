import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { describeConflict } from './conflicts.ts'
import { isSurrogateName, listMeaninglessColumns, mayHaveDependents } from './content.ts'
import { describeEntry, listOwnerKeys, withoutOwner, type Transfer } from './transfer.ts'
import { readTableColumns } from '../database/table_columns.ts'
import { readUniqueKeys, type UniqueKey } from '../database/unique_keys.ts'

/**
 * What merges will fail on, and what to write so that they do not
 */
export interface ForeseenConflict {
  message: string
  fix: string
}

/**
 * Finds the unique keys by which a merge will fail for want of a policy, before
 * the first guest meets one
 */
export async function foreseeConflicts(
  transfers: Transfer[],
  client: QueryClientContract
): Promise<ForeseenConflict[]> {
  const conflicts: ForeseenConflict[] = []
  for (const transfer of transfers) {
    if (transfer.discard || transfer.onConflict) {
      continue
    }
    const keys = await readUniqueKeys(client, transfer.table)
    for (const key of listOwnerKeys(keys, transfer)) {
      if (mayConflict(key, keys, transfer) && (await mayDiffer(key, keys, transfer, client))) {
        conflicts.push({
          message: `A guest is not merged if guest and account both have ${describeConflict(transfer, key)} and the rows differ`,
          fix: `Say which one stays by ${describeEntry(transfer, "onConflict: 'keepAccount'")} of "config/guest_user.ts"`,
        })
        break
      }
    }
  }
  return conflicts
}

/**
 * A key that contains a surrogate key, or another key without the owner, never
 * has the same values twice
 */
function mayConflict(key: UniqueKey, keys: UniqueKey[], transfer: Transfer): boolean {
  const others = withoutOwner(key, transfer)
  const isUnique = keys.some(({ columns }) => columns.every((column) => others.includes(column)))
  return !isUnique && !others.some((column) => isSurrogateName(column, transfer.table))
}

/**
 * Can two rows with the same values in the key say different things?
 */
async function mayDiffer(
  key: UniqueKey,
  keys: UniqueKey[],
  transfer: Transfer,
  client: QueryClientContract
): Promise<boolean> {
  const ignored = [
    ...transfer.columns,
    ...key.columns,
    ...(await listMeaninglessColumns(client, transfer.table, keys)),
  ]
  const columns = await readTableColumns(client, transfer.table)
  const hasContent = columns.some(({ name }) => !ignored.includes(name))
  return hasContent || mayHaveDependents(client, transfer)
}
