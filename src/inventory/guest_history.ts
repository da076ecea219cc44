import { DateTime } from 'luxon'
import { setTimeout as sleep } from 'node:timers/promises'

import debug from '../debug.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'

const DAYS = 30

/**
 * Milliseconds. Pages wait no longer for the numbers
 */
const PATIENCE = 150

/**
 * Milliseconds. Counting takes at most one hundredth of the time
 */
const SHORTEST_REST = 30_000
const REST_PER_COUNT = 100

/**
 * The guests of one day who still are guests
 */
export interface DayOfGuests {
  /**
   * Midnight, in the time zone of the server
   */
  day: DateTime
  total: number
}

export interface GuestsPerDay {
  days: DayOfGuests[]
  countedAt: DateTime
}

/**
 * How many guests came on each of the last 30 days. Counted now and then, beside
 * the pages that show it, whose time must not grow with the number of guests
 */
export class GuestHistory {
  #directory: GuestDirectory
  #last?: GuestsPerDay
  #counting?: Promise<void>
  #nextCountAt = 0

  /**
   * Guests were deleted while they were counted
   */
  #isOutdated = false

  constructor(directory: GuestDirectory) {
    this.#directory = directory
  }

  /**
   * @param patience milliseconds; the numbers of before are good enough then
   * @returns the newest numbers, undefined when the first ones take longer than
   * a page should wait, or cannot be counted at all: a list without a chart is
   * better than none
   */
  async read(patience: number = PATIENCE): Promise<GuestsPerDay | undefined> {
    if (!this.#counting && performance.now() >= this.#nextCountAt) {
      this.#counting = this.#count()
        .catch((error) => {
          debug('the guests per day cannot be counted: %s', error)
          this.#rest(SHORTEST_REST)
        })
        .finally(() => (this.#counting = undefined))
    }

    if (this.#counting) {
      const tooLong = new AbortController()
      await Promise.race([
        this.#counting,
        sleep(patience, undefined, { signal: tooLong.signal }).catch(() => {}),
      ]).finally(() => tooLong.abort())
    }
    return this.#last
  }

  /**
   * Guests were deleted: the next page counts again
   */
  forget() {
    this.#isOutdated = this.#counting !== undefined
    this.#nextCountAt = 0
  }

  /**
   * A range for each day, which can use an index, and handles days of 23 and 25
   * hours
   */
  async #count() {
    const startedAt = performance.now()
    const countedAt = DateTime.now()
    const days = Array.from({ length: DAYS }, (_, index) => {
      return countedAt.startOf('day').minus({ days: DAYS - 1 - index })
    })

    const { guestModel } = this.#directory
    const client = this.#directory.client()
    const column = guestModel.$getColumn('createdAt')!.columnName
    const formatted = (day: DateTime) => day.toFormat(client.dialect.dateTimeFormat)
    const counts = days.map((day, index) => {
      const query = client
        .from(guestModel.table)
        .where(column, '>=', formatted(day))
        .count('*')
        .as(`day_${index}`)
      return index === DAYS - 1 ? query : query.where(column, '<', formatted(days[index + 1]))
    })
    const [row] = await client.query().select(...counts)

    const total = (index: number) => Number(row[`day_${index}`])
    this.#last = { days: days.map((day, index) => ({ day, total: total(index) })), countedAt }
    const took = performance.now() - startedAt
    this.#rest(Math.max(SHORTEST_REST, took * REST_PER_COUNT))
  }

  #rest(milliseconds: number) {
    this.#nextCountAt = this.#isOutdated ? 0 : performance.now() + milliseconds
    this.#isOutdated = false
  }
}
