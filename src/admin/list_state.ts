import type { HttpContext } from '@adonisjs/core/http'

import { parseAge } from '../age.ts'
import type { Expiry } from '../guests/expiry.ts'
import type { GuestFilter } from '../types.ts'
import type { GuestOrder } from '../inventory/guest_list.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const SHOWS = ['all', 'active', 'expired', 'older'] as const
export const ORDERS: Record<string, GuestOrder> = {
  '-created': { by: 'createdAt', direction: 'desc' },
  'created': { by: 'createdAt', direction: 'asc' },
  '-seen': { by: 'lastSeenAt', direction: 'desc' },
  'seen': { by: 'lastSeenAt', direction: 'asc' },
}

/**
 * Characters. Nobody's name is longer
 */
const LONGEST_TERM = 254

export type Show = (typeof SHOWS)[number]
export type ListQuery = Record<string, string>

/**
 * What the list shows, as the URL says it. Whatever makes no sense is left out
 */
export class ListState {
  readonly show: Show
  readonly term: string

  /**
   * As it was chosen, undefined for the order that the list has by itself
   */
  readonly order?: string

  /**
   * As it was typed
   */
  readonly age: string

  /**
   * Milliseconds, null when it is no age
   */
  readonly parsedAge: number | null

  private constructor(input: Record<string, unknown>) {
    this.age = readText(input.age)
    this.parsedAge = parseAge(this.age)
    const show = SHOWS.find((name) => name === input.show) ?? 'all'
    this.show = show === 'older' && this.parsedAge === null ? 'all' : show
    this.term = readText(input.search)
    const order = readText(input.sort)
    this.order = Object.hasOwn(ORDERS, order) ? order : undefined
  }

  static read(ctx: HttpContext): ListState {
    const query = new PageQuery(ctx)
    const names = ['show', 'age', 'search', 'sort']
    return new ListState(Object.fromEntries(names.map((name) => [name, query.text(name)])))
  }

  static from(query: Record<string, unknown>): ListState {
    return new ListState(query)
  }

  /**
   * Was an age typed that is none?
   */
  static hasWrongAge(ctx: HttpContext): boolean {
    const query = new PageQuery(ctx)
    const age = query.text('age')
    return query.text('show') === 'older' && age !== undefined && parseAge(readText(age)) === null
  }

  /**
   * Does the list show what the URL says? What is left out makes it longer: that
   * is no list to delete
   */
  static isClear(ctx: HttpContext): boolean {
    const query = new PageQuery(ctx)
    const list = ListState.read(ctx)
    return (
      query.texts('search').length <= 1 && (!query.has('show') || query.text('show') === list.show)
    )
  }

  /**
   * The newest come first. A list with an age is in the order of the column
   * that ages are counted from: its index leads to the first row at once, while
   * any other index would first have to pass all guests of other ages
   */
  sorting(expiry: Expiry): string {
    const isBySeen = this.show !== 'all' && expiry.property === 'lastSeenAt'
    return this.order ?? (isBySeen ? '-seen' : '-created')
  }

  /**
   * The guests to show, without the search
   */
  filter(expiry: Expiry, show: Show = this.show): GuestFilter {
    switch (show) {
      case 'all':
        return {}
      case 'active':
        return { since: expiry.cutoff() }
      case 'expired':
        return { before: expiry.cutoff() }
      case 'older':
        return this.parsedAge === null ? {} : { before: expiry.cutoff(this.parsedAge) }
    }
  }

  /**
   * For the URL of a list like this one. What was not chosen is left out
   */
  query(changes: { show?: Show; term?: string; order?: string } = {}): ListQuery {
    const { show, term, order } = {
      show: this.show,
      term: this.term,
      order: this.order,
      ...changes,
    }
    const query: ListQuery = {}
    if (show !== 'all') {
      query.show = show
    }
    if (show === 'older') {
      query.age = this.age
    }
    if (term) {
      query.search = term
    }
    if (order) {
      query.sort = order
    }
    return query
  }
}

/**
 * PostgreSQL refuses texts with a NUL character, URLs half of a character. What
 * was read once is the same when it is read again
 */
function readText(value: unknown): string {
  return typeof value === 'string'
    ? value.replaceAll('\u0000', '').trim().slice(0, LONGEST_TERM).trim().toWellFormed()
    : ''
}

/**
 * What a URL says, read to the letter. `request.qs()` makes lists of texts with
 * a comma and drops what comes after a thousand parameters, such as the age of
 * a long selection
 */
export class PageQuery {
  #parameters: URLSearchParams

  constructor({ request }: HttpContext) {
    this.#parameters = new URLSearchParams(request.parsedUrl.query ?? '')
  }

  has(name: string): boolean {
    return this.#parameters.has(name)
  }

  /**
   * @returns undefined when it is missing, or said more than once: then nobody
   * knows what was meant
   */
  text(name: string): string | undefined {
    const texts = this.#parameters.getAll(name)
    return texts.length === 1 ? texts[0] : undefined
  }

  /**
   * Each once
   */
  texts(name: string): string[] {
    return [...new Set(this.#parameters.getAll(name))]
  }
}

/**
 * The guests that a list shows
 *
 * @returns `isPartial` when the search finds more than are looked at
 */
export async function searchFilter(
  manager: GuestUserManager,
  state: ListState
): Promise<{ filter: GuestFilter; isPartial: boolean }> {
  const filter = state.filter(manager.expiry)
  if (!state.term) {
    return { filter, isPartial: false }
  }
  const { inventory } = await manager.engine.load()
  const { userIds, isMore } = await inventory.search(state.term, await listColumns(manager))
  return { filter: { ...filter, userIds }, isPartial: isMore }
}

async function listColumns(manager: GuestUserManager): Promise<string[]> {
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
