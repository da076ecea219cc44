/**
 * Milliseconds that a batch should take: long enough to be worth its commit,
 * short enough for those who wait for it
 */
const WANTED = 50

const SMALLEST = 10

/**
 * Nothing is known about the database before the first batch
 */
const FIRST = 500

/**
 * How many guests the next transaction takes. How long that is depends on the
 * tables that cascade, the disk and whoever else is busy, so the last batch
 * tells how large the next one may be
 */
export class BatchSize {
  #largest: number
  #isFixed: boolean
  #current: number

  private constructor(largest: number, isFixed: boolean) {
    this.#largest = largest
    this.#isFixed = isFixed
    this.#current = isFixed ? largest : Math.min(FIRST, largest)
  }

  /**
   * As somebody asked for
   */
  static fixed(size: number): BatchSize {
    return new BatchSize(size, true)
  }

  static upTo(largest: number): BatchSize {
    return new BatchSize(largest, false)
  }

  get current(): number {
    return this.#current
  }

  /**
   * One batch says little, a disk may have stalled: a step halves or doubles at
   * most. A small batch that was fast says nothing
   */
  learn(guests: number, milliseconds: number) {
    const factor = Math.min(Math.max(WANTED / milliseconds, 0.5), 2)
    if (this.#isFixed || (factor > 1 && guests < this.#current)) {
      return
    }
    const next = Math.round(this.#current * factor)
    this.#current = Math.min(Math.max(next, SMALLEST), this.#largest)
  }
}
