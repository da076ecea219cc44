/**
 * The exit status of a process that a signal ended
 */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

type StopSignal = keyof typeof EXIT_CODES

/**
 * Lets work end well when somebody wants the process to stop.
 *
 * The listeners stay until `release()`: npm hands Ctrl+C on to its child, so it
 * arrives twice
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
   * The status to exit with, undefined when no signal came
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
