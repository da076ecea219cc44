import { DateTime } from 'luxon'

import { findListed, type Selection } from './selection.ts'
import { ListState, type ListQuery } from './list_state.ts'
import type { GuestFilter, CleanupResult, LeftGuests } from '../types.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { Bookmark } from '../database/bookmark.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { CountTexts, Texts } from '../pages/texts.ts'

/**
 * A deletion that an operator has confirmed, and how far it got. It travels from
 * page to page, sealed: any process of the application can continue it, and an
 * abandoned one leaves nothing behind
 */
export interface Deletion {
  /**
   * Where to return to, and which search to repeat
   */
  list: ListQuery

  /**
   * The users who were selected one by one, undefined for all that match the list
   */
  userIds?: UserId[]

  /**
   * The bounds at the time of the confirmation, as ISO 8601: guests who have
   * become old enough since then are not meant
   */
  since?: string
  before?: string

  /**
   * How many guests are meant: as many as were confirmed when they were selected
   * one by one, otherwise as many as the first step counts
   */
  total?: number
  outcome: DeletionOutcome
  isFinished?: boolean

  /**
   * Milliseconds of work so far
   */
  took: number
  after?: Bookmark
}

/**
 * What has become of the guests so far
 */
export interface DeletionOutcome {
  deleted: number
  blocked: number
  left: number

  /**
   * Names of the tables whose rows block guests
   */
  blockers: string[]

  /**
   * Why guests were left
   */
  reasons: LeftGuests['reason'][]
}

/**
 * Milliseconds between two looks at the progress
 */
const LONGEST_STEP = 2000

/**
 * With more ids, the URL of the progress page would be too long. The list has 50
 * on a page; a longer selection is deleted in one step
 */
const MOST_IDS_IN_URL = 100

/**
 * Their names travel in a URL and in a cookie
 */
const MOST_BLOCKERS = 10

const REASON_TEXTS = {
  locked: 'admin.in_use',
  kept: 'admin.kept',
  soft_deleted: 'admin.soft_deleted',
} as const

/**
 * @param total how many guests the confirmation page names
 */
export function planDeletion(
  { selected, toDelete, picked }: Selection,
  list: ListQuery,
  total: number
): Deletion {
  return {
    list,
    since: toDelete.since?.toISO() ?? undefined,
    before: toDelete.before?.toISO() ?? undefined,
    ...(picked === undefined ? {} : { userIds: selected.userIds, total }),
    outcome: { deleted: 0, blocked: 0, left: 0, blockers: [], reasons: [] },
    took: 0,
  }
}

/**
 * Deletes for a moment, at least one batch
 */
export async function runDeletionStep(
  manager: GuestUserManager,
  deletion: Deletion
): Promise<Deletion> {
  const inventory = await manager.engine.loadInventory()
  const startedAt = performance.now()
  const controller = new AbortController()
  const canPause = (deletion.userIds?.length ?? 0) <= MOST_IDS_IN_URL

  const { result, bookmark } = await inventory.remove(await filterOf(manager, deletion), {
    after: deletion.after,
    signal: controller.signal,
    onAttempt() {
      if (canPause && performance.now() - startedAt >= LONGEST_STEP) {
        controller.abort()
      }
    },
  })

  return {
    ...deletion,
    isFinished: !result.aborted || isComplete(result),
    total: deletion.total ?? result.expired,
    outcome: addResult(deletion.outcome, result),
    took: Math.round(deletion.took + performance.now() - startedAt),
    after: bookmark,
  }
}

/**
 * The guests of a deletion. A search is repeated, since its result is too long
 * for a URL; the bounds stay
 */
async function filterOf(
  manager: GuestUserManager,
  { userIds, list, since, before }: Deletion
): Promise<GuestFilter> {
  const bounds = {
    since: since === undefined ? undefined : DateTime.fromISO(since),
    before: before === undefined ? undefined : DateTime.fromISO(before),
  }
  if (userIds) {
    return { userIds, ...bounds }
  }
  const { filter } = await findListed(manager, ListState.from(list))
  return { userIds: filter.userIds, ...bounds }
}

/**
 * Time was up with the last guest
 */
function isComplete({ expired, deleted, blocked, left }: CleanupResult): boolean {
  return deleted + blocked + left >= expired
}

function addResult(outcome: DeletionOutcome, result: CleanupResult): DeletionOutcome {
  const tables = result.blockedBy.flatMap(({ table }) => (table === null ? [] : [table]))
  return {
    deleted: outcome.deleted + result.deleted,
    blocked: outcome.blocked + result.blocked,
    left: outcome.left + result.left,
    blockers: [...new Set([...outcome.blockers, ...tables])].slice(0, MOST_BLOCKERS),
    reasons: [...new Set([...outcome.reasons, ...result.leftBy.map(({ reason }) => reason)])],
  }
}

export function describeProgress({ outcome, total = 0, took, isFinished }: Deletion) {
  if (isFinished) {
    return { stage: 'finished', done: total, total, seconds: 0 }
  }
  const done = outcome.deleted + outcome.blocked + outcome.left
  return {
    stage: 'running',
    done: Math.min(done, total),
    total,
    seconds: Math.ceil((took / 1000) * (total / Math.max(done, 1) - 1)),
  }
}

/**
 * How many guests were deleted, and what has become of the others
 */
export function describeOutcome(
  { outcome, userIds, total = 0, isFinished }: Deletion,
  text: Texts,
  countText: CountTexts
): { success: string; error?: string } {
  const { deleted, blocked, left, blockers, reasons } = outcome
  const missing = isFinished && userIds ? total - deleted - blocked - left : 0
  const problems = [
    blocked > 0 && countText('admin.was_blocked', blocked, { tables: blockers.join(', ') || '?' }),
    left > 0 && countText('admin.was_left', left),
    ...reasons.map((reason) => text(REASON_TEXTS[reason])),
    missing > 0 && countText('admin.was_gone', missing),
  ].filter((problem) => problem !== false)

  const success = deleted > 0 ? countText('admin.deleted', deleted) : text('admin.nobody_deleted')
  return {
    success: isFinished ? success : `${text('admin.stopped')} ${success}`,
    error: problems.length > 0 ? problems.join(' ') : undefined,
  }
}
