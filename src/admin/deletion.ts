import { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'

import { ListState, type ListQuery, searchFilter } from './list_state.ts'
import { seal, unseal } from './sealed_state.ts'
import type { GuestFilter, CleanupResult } from '../types.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { Bookmark } from '../cleanup/expired_guests.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { CountTexts, Texts } from '../pages/texts.ts'

const PURPOSE = 'deletion'

/**
 * What became of the guests so far
 */
export interface DeletionOutcome {
  deleted: number
  blocked: number
  left: number

  /**
   * Names of the tables that hold guests
   */
  holders: string[]
  isKept: boolean
}

/**
 * Which guests an operator has confirmed to delete. It travels with the pages,
 * sealed: any process of the application can go on with it, and nothing is left
 * over when nobody does
 */
export interface Deletion {
  /**
   * Selected one by one; otherwise all that match the list
   */
  userIds?: UserId[]
  list: ListQuery

  /**
   * The bounds at the time of the confirmation, as ISO 8601: who has got old
   * since then is not meant
   */
  since?: string
  before?: string

  /**
   * How many the confirmation page named, when they were selected one by one
   */
  expected?: number

  /**
   * How many were there at the start, once that is known
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

export function sealDeletion(ctx: HttpContext, deletion: Deletion): Promise<string> {
  return seal(ctx, PURPOSE, deletion)
}

export function unsealDeletion(ctx: HttpContext, sealed: unknown): Promise<Deletion | null> {
  return unseal<Deletion>(ctx, PURPOSE, sealed)
}

/**
 * The guests of a deletion. A search is made anew, since its result is too long
 * for a URL; the bounds stay
 */
export async function filterOf(
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
  const { filter } = await searchFilter(manager, ListState.from(list))
  return { userIds: filter.userIds, ...bounds }
}

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
  const { inventory } = await manager.engine.load()
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

/**
 * Says what became of the guests
 */
export function describeOutcome(
  { outcome, expected, isFinished }: Deletion,
  text: Texts,
  countText: CountTexts
): { success: string; error?: string } {
  const { deleted, blocked, left, holders, isKept } = outcome
  const gone = isFinished && expected !== undefined ? expected - deleted - blocked - left : 0
  const problems = [
    blocked > 0 && countText('admin.was_blocked', blocked, { tables: holders.join(', ') || '?' }),
    left > 0 && countText('admin.was_left', left),
    left > 0 && text(isKept ? 'admin.kept' : 'admin.in_use'),
    gone > 0 && countText('admin.was_gone', gone),
  ].filter((problem) => problem !== false)

  const success = deleted > 0 ? countText('admin.deleted', deleted) : text('admin.nobody_deleted')
  return {
    success: isFinished ? success : `${text('admin.stopped')} ${success}`,
    error: problems.length > 0 ? problems.join(' ') : undefined,
  }
}
