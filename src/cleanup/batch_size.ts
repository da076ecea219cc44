/**
 * Milliseconds that a batch should take: long enough to be worth its commit,
 * short enough for transactions that wait for it
 */
const TARGET_DURATION = 50

const MIN_SIZE = 10

/**
 * Size of the first batch, before anything was measured
 */
const INITIAL_SIZE = 500

/**
 * The weight of a batch compared to the one after it. About seven count
 */
const MEMORY = 0.85

/**
 * Milliseconds. Something else was wrong with a batch that took longer
 */
const MAX_DURATION = 60_000

/**
 * The number of guests in the next transaction. Its duration depends on
 * cascading tables, the disk and other load, so the size adapts to what batches
 * take.
 *
 * A part of that may not depend on the number of guests. Batches become as
 * small as the target wants, but not so small that this part is more than half
 * of them: smaller ones would take as long, for fewer guests
 */
export class BatchSize {
  #max: number
  #isFixed: boolean
  #current: number
  #durations = new Durations()

  private constructor(max: number, isFixed: boolean) {
    this.#max = max
    this.#isFixed = isFixed
    this.#current = isFixed ? max : Math.min(INITIAL_SIZE, max)
  }

  /**
   * A size set by the caller, which does not adapt
   */
  static fixed(size: number): BatchSize {
    return new BatchSize(size, true)
  }

  static upTo(max: number): BatchSize {
    return new BatchSize(max, false)
  }

  get current(): number {
    return this.#current
  }

  /**
   * Halves or doubles the size at most, because one batch is a weak signal (a
   * disk may stall). A smaller batch than planned never increases it
   */
  adjust(guests: number, duration: number) {
    if (this.#isFixed || guests === 0) {
      return
    }
    this.#durations.add(guests, Math.min(duration, MAX_DURATION))
    const wanted =
      duration > TARGET_DURATION
        ? this.#durations.fit()
        : (this.#current * TARGET_DURATION) / duration
    const next = Math.min(Math.max(wanted, this.#current / 2), this.#current * 2)
    if (next < this.#current || guests >= this.#current) {
      this.#current = Math.min(Math.max(Math.round(next), MIN_SIZE), this.#max)
    }
  }
}

/**
 * Fits a line through the durations of batches by their guests, the later ones
 * with more weight
 */
class Durations {
  #weight = 0
  #guests = 0
  #duration = 0
  #guestsSquared = 0
  #product = 0

  add(guests: number, duration: number) {
    this.#weight = this.#weight * MEMORY + 1
    this.#guests = this.#guests * MEMORY + guests
    this.#duration = this.#duration * MEMORY + duration
    this.#guestsSquared = this.#guestsSquared * MEMORY + guests ** 2
    this.#product = this.#product * MEMORY + guests * duration
  }

  /**
   * The number of guests that takes as long as wanted, or else as long as what a
   * batch takes without any. Batches of the same size do not tell one from the
   * other: then guests take all of the time
   */
  fit(): number {
    const guests = this.#guests / this.#weight
    const duration = this.#duration / this.#weight
    const variance = this.#guestsSquared / this.#weight - guests ** 2
    const covariance = this.#product / this.#weight - guests * duration

    const all = duration / guests
    const slope = variance > (guests / 20) ** 2 ? covariance / variance : all
    const perGuest = Math.min(Math.max(slope, 0), all)
    const perBatch = duration - perGuest * guests
    return Math.max(TARGET_DURATION - perBatch, perBatch) / perGuest
  }
}
