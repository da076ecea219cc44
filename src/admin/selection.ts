import { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'

import { parseAge } from '../age.ts'
import type { GuestFilter } from '../types.ts'
import { createTexts } from '../pages/texts.ts'
import { ListState, PageQuery } from './list_state.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const MOST_SELECTED = 1000

/**
 * Characters. A message travels in a cookie
 */
const LONGEST_SHOWN_AGE = 100

/**
 * Which guests an operator wants to delete
 */
export interface Selection {
  /**
   * Regardless of their age
   */
  selected: GuestFilter

  /**
   * Those of them who are old enough
   */
  toDelete: GuestFilter

  /**
   * How many were selected one by one, undefined for all that match the list
   */
  picked?: number

  /**
   * As typed, undefined when any age will do
   */
  age?: string
}

/**
 * Reads the form of the list
 *
 * @returns a message when it makes no sense
 */
export async function readSelection(
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<Selection | string> {
  const text = createTexts(ctx)
  const query = new PageQuery(ctx)
  const isAll = query.has('all')

  const typed = query.text('older_than')
  const age = typed === undefined ? null : parseAge(typed)
  if (age === null && (isAll || query.has('older_than'))) {
    return text('admin.no_age', { age: typed?.slice(0, LONGEST_SHOWN_AGE) ?? '' })
  }
  const cutoff = age === null ? undefined : manager.expiry.cutoff(age)

  if (isAll) {
    const list = ListState.read(ctx)
    if (!list.isClear) {
      return text('admin.unclear_list')
    }
    const { filter, isPartial } = await findListed(manager, list)
    return isPartial
      ? text('admin.search_too_wide')
      : { selected: filter, toDelete: olderThan(filter, cutoff), age: typed }
  }

  const values = query.texts('guests')
  if (values.length === 0) {
    return text('admin.nobody_selected')
  }
  if (values.length > MOST_SELECTED) {
    return text('admin.too_many_selected')
  }
  const inventory = await manager.engine.loadInventory()
  const keys = await Promise.all(values.map((value) => inventory.parseKey(value)))
  const selected = { userIds: keys.filter((key) => key !== null) }
  return { selected, toDelete: olderThan(selected, cutoff), picked: values.length, age: typed }
}

/**
 * The guests that a list shows
 *
 * @returns `isPartial` when the search stopped before it found all of them
 */
export async function findListed(
  manager: GuestUserManager,
  list: ListState
): Promise<{ filter: GuestFilter; isPartial: boolean }> {
  const filter = list.filter(manager.expiry)
  if (!list.term) {
    return { filter, isPartial: false }
  }
  const inventory = await manager.engine.loadInventory()
  const { userIds, isMore } = await inventory.search(list.term, await searchColumns(manager))
  return { filter: { ...filter, userIds }, isPartial: isMore }
}

async function searchColumns(manager: GuestUserManager): Promise<string[]> {
  const { search = [] } = manager.config.admin
  const userModel = await manager.userModel()
  const unknown = search.find((name) => !userModel.$hasColumn(name))
  if (unknown !== undefined) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"admin.search" names "${unknown}", but the model "${userModel.name}" has no such column`,
    ])
  }
  return search
}

/**
 * The stricter of two cutoffs counts
 */
function olderThan(filter: GuestFilter, cutoff?: DateTime): GuestFilter {
  const bounds = [filter.before, cutoff].filter((bound) => bound !== undefined)
  return { ...filter, before: bounds.length > 0 ? DateTime.min(...bounds) : undefined }
}
