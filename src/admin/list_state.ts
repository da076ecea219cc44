import type { HttpContext } from '@adonisjs/core/http'

import { parseAge } from '../age.ts'
import type { GuestFilter } from '../types.ts'
import type { Expiry } from '../guests/expiry.ts'
import type { GuestOrder } from '../inventory/guest_list.ts'

const SHOWS = ['all', 'active', 'expired', 'older'] as const
const PARAMETERS = ['show', 'age', 'search', 'sort'] as const

export const ORDERS: Record<string, GuestOrder> = {
  '-created': { by: 'createdAt', direction: 'desc' },
  'created': { by: 'createdAt', direction: 'asc' },
  '-seen': { by: 'lastSeenAt', direction: 'desc' },
  'seen': { by: 'lastSeenAt', direction: 'asc' },
}

/**
 * Characters. No name is longer
 */
const LONGEST_TERM = 254

export type Show = (typeof SHOWS)[number]
export type ListQuery = Record<string, string>

/**
 * What the list shows, according to its URL. Parameters that make no sense are
 * ignored
 */
export class ListState {
  readonly show: Show
  readonly term: string

  /**
   * As chosen by the operator, undefined for the default order
   */
  readonly order?: string

  /**
   * As typed
   */
  readonly age: string

  /**
   * Milliseconds, null when the age cannot be parsed
   */
  readonly parsedAge: number | null

  /**
   * An age was asked for that cannot be parsed
   */
  readonly hasWrongAge: boolean

  /**
   * Nothing that narrows the list was ignored. Otherwise it shows more guests
   * than were asked for, and must not be deleted as a whole
   */
  readonly isClear: boolean

  private constructor(input: Record<string, unknown>, repeated: string[] = []) {
    this.age = readText(input.age)
    this.parsedAge = parseAge(this.age)
    this.hasWrongAge = input.show === 'older' && input.age !== undefined && this.parsedAge === null

    const show = SHOWS.find((name) => name === input.show) ?? 'all'
    this.show = show === 'older' && this.parsedAge === null ? 'all' : show
    this.term = readText(input.search)
    const order = readText(input.sort)
    this.order = Object.hasOwn(ORDERS, order) ? order : undefined
    this.isClear =
      [undefined, this.show].includes(input.show as Show | undefined) &&
      !repeated.includes('show') &&
      !repeated.includes('search')
  }

  static read(ctx: HttpContext): ListState {
    const query = new PageQuery(ctx)
    return new ListState(
      Object.fromEntries(PARAMETERS.map((name) => [name, query.text(name)])),
      PARAMETERS.filter((name) => query.isRepeated(name))
    )
  }

  static from(query: Record<string, unknown>): ListState {
    return new ListState(query)
  }

  /**
   * The newest come first. A list with an age is in the order of the column that
   * ages are counted from: its index leads straight to the first row, whereas
   * any other index would first have to pass all guests of other ages
   */
  sorting(expiry: Expiry): string {
    const isBySeen = this.show !== 'all' && expiry.property === 'lastSeenAt'
    return this.order ?? (isBySeen ? '-seen' : '-created')
  }

  /**
   * The guests to show, regardless of the search
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
   * For the URL of a list like this one. Defaults are left out
   */
  query(changes: { show?: Show; term?: string; order?: string } = {}): ListQuery {
    const { show, age, term, order = '' } = { ...this, ...changes }
    const query = {
      show: show === 'all' ? '' : show,
      age: show === 'older' ? age : '',
      search: term,
      sort: order,
    }
    return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
  }
}

/**
 * A query string, read to the letter. `request.qs()` splits values at commas and
 * drops what comes after a thousand parameters, such as the age that follows a
 * long selection
 */
export class PageQuery {
  #parameters: URLSearchParams

  constructor({ request }: HttpContext) {
    this.#parameters = new URLSearchParams(request.parsedUrl.query ?? '')
  }

  has(name: string): boolean {
    return this.#parameters.has(name)
  }

  isRepeated(name: string): boolean {
    return this.#parameters.getAll(name).length > 1
  }

  /**
   * @returns undefined when it is missing, or given more than once: it is not
   * clear then which one is meant
   */
  text(name: string): string | undefined {
    return this.isRepeated(name) ? undefined : (this.#parameters.get(name) ?? undefined)
  }

  /**
   * Each value once
   */
  texts(name: string): string[] {
    return [...new Set(this.#parameters.getAll(name))]
  }
}

/**
 * PostgreSQL refuses texts with a NUL character, and URLs cannot contain half a
 * surrogate pair. Reading the result again does not change it
 */
function readText(value: unknown): string {
  return typeof value === 'string'
    ? value.replaceAll('\u0000', '').trim().slice(0, LONGEST_TERM).trim().toWellFormed()
    : ''
}
