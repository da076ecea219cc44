import { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'

import { parseAge } from '../age.ts'
import { ListState, PageQuery, searchFilter } from './list_state.ts'
import type { GuestFilter } from '../types.ts'
import { createTexts } from '../pages/texts.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const MOST_SELECTED = 1000

/**
 * Characters. A message travels in a cookie
 */
const LONGEST_SHOWN_AGE = 100

/**
 * What an operator asks to delete
 */
export interface Selection {
  /**
   * Before the age is looked at
   */
  selected: GuestFilter

  /**
   * Those of them who are old enough
   */
  going: GuestFilter

  /**
   * Selected one by one, and how many
   */
  picked?: number

  /**
   * As it was typed, undefined when the age does not matter
   */
  age?: string
}

/**
 * Reads the form of the list
 *
 * @returns a sentence when it makes no sense
 */
export async function readSelection(
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<Selection | string> {
  const text = createTexts(ctx)
  const query = new PageQuery(ctx)
  const isEverybody = query.has('all')

  const typed = query.text('older_than')
  const age = typed === undefined ? null : parseAge(typed)
  if (age === null && (isEverybody || query.has('older_than'))) {
    return text('admin.no_age', { age: typed?.slice(0, LONGEST_SHOWN_AGE) ?? '' })
  }
  const cutoff = age === null ? undefined : manager.expiry.cutoff(age)

  if (isEverybody) {
    if (!ListState.isClear(ctx)) {
      return text('admin.unclear_list')
    }
    const { filter, isPartial } = await searchFilter(manager, ListState.read(ctx))
    return isPartial
      ? text('admin.search_too_wide')
      : { selected: filter, going: withCutoff(filter, cutoff), age: typed }
  }

  const values = query.texts('guests')
  if (values.length === 0) {
    return text('admin.nobody_selected')
  }
  if (values.length > MOST_SELECTED) {
    return text('admin.too_many_selected')
  }
  const { inventory } = await manager.engine.load()
  const keys = await Promise.all(values.map((value) => inventory.parseKey(value)))
  const selected = { userIds: keys.filter((key) => key !== null) }
  return { selected, going: withCutoff(selected, cutoff), picked: values.length, age: typed }
}

function withCutoff(filter: GuestFilter, cutoff?: DateTime): GuestFilter {
  const bounds = [filter.before, cutoff].filter((bound) => bound !== undefined)
  return { ...filter, before: bounds.length > 0 ? DateTime.min(...bounds) : undefined }
}
