import { filterOf, type Deletion } from './deletion.ts'
import type { CleanupResult } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Milliseconds. So long somebody waits before they see how far it got
 */
const LONGEST_STEP = 2000

/**
 * More ids do not fit into the URL of the progress page: they are deleted at
 * once, which is soon done. A page of the list has 50
 */
const MOST_IDS_IN_URL = 100

/**
 * Their names travel in a URL and in a cookie
 */
const MOST_HOLDERS = 10

/**
 * Deletes for a moment, at least one batch
 *
 * @returns what became of the guests, and where to go on
 */
export async function runDeletionStep(
  manager: GuestUserManager,
  deletion: Deletion
): Promise<Deletion> {
  const inventory = await manager.inventory()
  const startedAt = performance.now()
  const controller = new AbortController()
  const canGoOn = (deletion.userIds?.length ?? 0) <= MOST_IDS_IN_URL

  const { result, bookmark } = await inventory.remove(await filterOf(manager, deletion), {
    after: deletion.after,
    signal: controller.signal,
    onAttempt() {
      if (canGoOn && performance.now() - startedAt >= LONGEST_STEP) {
        controller.abort()
      }
    },
  })

  return {
    ...deletion,
    isFinished: !result.aborted || isEverybodySettled(result),
    total: deletion.total ?? result.expired,
    outcome: add(deletion.outcome, result),
    took: Math.round(deletion.took + performance.now() - startedAt),
    after: bookmark,
  }
}

/**
 * Time was up with the last of them
 */
function isEverybodySettled({ expired, deleted, blocked, left }: CleanupResult): boolean {
  return deleted + blocked + left >= expired
}

function add(outcome: Deletion['outcome'], result: CleanupResult): Deletion['outcome'] {
  const tables = result.blockedBy.flatMap(({ table }) => (table === null ? [] : [table]))
  return {
    deleted: outcome.deleted + result.deleted,
    blocked: outcome.blocked + result.blocked,
    left: outcome.left + result.left,
    holders: [...new Set([...outcome.holders, ...tables])].slice(0, MOST_HOLDERS),
    isKept: outcome.isKept || result.leftBy.some(({ reason }) => reason === 'kept'),
  }
}
