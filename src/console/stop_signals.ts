/**
 * Exit statuses of a process ended by a signal
 */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

type StopSignal = keyof typeof EXIT_CODES

/**
 * Lets work finish gracefully when the process is asked to stop.
 *
 * The listeners stay until `release()`, because npm forwards Ctrl+C to its
 * child, which then receives it twice
 */
export class StopSignals {
  #controller = new AbortController()
  #listeners: [StopSignal, () => void][]
  #received?: StopSignal

  constructor() {
    this.#listeners = (Object.keys(EXIT_CODES) as StopSignal[]).map((name) => [
      name,
      () => {
        this.#received ??= name
        this.#controller.abort()
      },
    ])
    for (const [name, listener] of this.#listeners) {
      process.on(name, listener)
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * The status to exit with, undefined when no signal was received
   */
  get exitCode(): number | undefined {
    return this.#received && EXIT_CODES[this.#received]
  }

  release() {
    for (const [name, listener] of this.#listeners) {
      process.removeListener(name, listener)
    }
  }
}
