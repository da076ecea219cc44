import { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'

import { ListState, type ListQuery } from './list_state.ts'
import { seal, unseal } from './sealed_state.ts'
import { searchFilter } from './search_filter.ts'
import type { GuestFilter } from '../types.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { Bookmark } from '../cleanup/expired_guests.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

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
