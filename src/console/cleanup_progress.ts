import string from '@adonisjs/core/helpers/string'
import type { BaseCommand } from '@adonisjs/core/ace'

import { formatCount } from '../count.ts'
import type { CleanupResult } from '../types.ts'

/**
 * Milliseconds between lines in a log
 */
const LOG_INTERVAL = 5000

/**
 * Shows the progress of a cleanup: one line that updates on a terminal, or a
 * line every few seconds in a log
 */
export class CleanupProgress {
  #logger: BaseCommand['logger']
  #isTerminal: boolean
  #limit: number
  #now: () => number
  #loggedAt: number
  #isShown = false

  /**
   * @param options.limit maximum number of guests to delete
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
   * Keeps the last line on the terminal
   */
  end() {
    if (this.#isShown) {
      this.#logger.logUpdatePersist()
    }
  }

  /**
   * The time left is an estimate, as other cleanups may run in parallel
   */
  #describe({ expired, deleted, left, blocked, seconds }: CleanupResult): string {
    const done = deleted + left + blocked
    const goal = Math.min(expired, this.#limit + left + blocked)
    const rate = done / Math.max(seconds, 0.001)
    const text = `${formatCount(done)} of ${formatCount(goal)} guests, ${formatCount(Math.round(rate))} a second`
    if (done >= goal) {
      return text
    }
    const rest = string.seconds.format(Math.ceil((goal - done) / rate), true)
    return `${text}, about ${rest} left`
  }
}
