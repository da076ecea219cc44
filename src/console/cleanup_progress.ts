import string from '@adonisjs/core/helpers/string'
import type { BaseCommand } from '@adonisjs/core/ace'

import { formatCount } from '../count.ts'
import type { CleanupResult } from '../types.ts'

/**
 * Milliseconds between two lines in a log
 */
const LOG_INTERVAL = 5000

/**
 * Says how far a cleanup is: on a terminal in one line that changes, in a log
 * with a line every few seconds
 */
export class CleanupProgress {
  #logger: BaseCommand['logger']
  #isTerminal: boolean
  #limit: number
  #now: () => number
  #loggedAt: number
  #isShown = false

  /**
   * @param options.limit how many guests are deleted at most
   * @param options.now a clock in milliseconds
   */
  constructor(
    logger: BaseCommand['logger'],
    options: { isTerminal: boolean; limit?: number; now?: () => number }
  ) {
    this.#logger = logger
    this.#isTerminal = options.isTerminal
    this.#limit = options.limit ?? Infinity
    this.#now = options.now ?? (() => performance.now())
    this.#loggedAt = this.#now()
  }

  show(progress: CleanupResult) {
    if (this.#isTerminal) {
      this.#logger.logUpdate(this.#describe(progress))
      this.#isShown = true
    } else if (this.#now() - this.#loggedAt >= LOG_INTERVAL) {
      this.#logger.info(this.#describe(progress))
      this.#loggedAt = this.#now()
    }
  }

  /**
   * Lets the line on the terminal stand
   */
  end() {
    if (this.#isShown) {
      this.#logger.logUpdatePersist()
    }
  }

  /**
   * Other cleaners may be helping, so the time left is a guess
   */
  #describe({ expired, deleted, left, blocked, seconds }: CleanupResult): string {
    const done = deleted + left + blocked
    const goal = Math.min(expired, this.#limit + left + blocked)
    const rate = done / seconds
    const text = `${formatCount(done)} of ${formatCount(goal)} guests, ${formatCount(Math.round(rate))} a second`
    if (done >= goal) {
      return text
    }
    const rest = string.seconds.format(Math.ceil((goal - done) / rate), true)
    return `${text}, about ${rest} left`
  }
}
