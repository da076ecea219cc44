import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { findForeignKeyTransfers } from './default_transfers.ts'
import { describeTransfer, isSameTransfer, type Transfer } from './transfer.ts'

/**
 * What happens to rows that no transfer names when the guest is removed
 */
const CONSEQUENCES: Record<string, string> = {
  'cascade': 'is deleted with the guest',
  'set null': 'is left without an owner',
  'set default': 'is left to somebody else',
}

/**
 * Foreign keys that `transfer` forgets, as sentences for the log
 */
export async function describeLeftOut(
  transfers: Transfer[],
  client: QueryClientContract,
  userModel: LucidModel,
  guestsTable: string
): Promise<string[]> {
  const keys = await findForeignKeyTransfers(client, userModel, guestsTable)

  return keys
    .filter((key) => !key.discard && !transfers.some((transfer) => isSameTransfer(transfer, key)))
    .map((key) => {
      const consequence = CONSEQUENCES[key.onDelete] ?? 'keeps the guest from being merged'
      return `"transfer" in "config/guest_user.ts" leaves out ${describeTransfer(key)}: when a guest is merged into an account, what is there ${consequence}. Name it, with "discard: true" if that is meant`
    })
}
