import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'

import { waitUntil } from './wait_until.ts'

/**
 * How a process has ended: with a status, or by a signal
 */
export interface Ending {
  status: number | null
  signal: NodeJS.Signals | null
}

/**
 * A process with everything that it prints. Whoever types `input` for it leaves
 * the keyboard connected: a prompt that loses it before it has read the last key
 * fails
 */
export class RunningProcess {
  output = ''
  readonly ended: Promise<Ending>
  #child: ChildProcess

  constructor(
    command: string,
    args: string[],
    options: { cwd: string; env: Record<string, string | undefined> },
    input?: string
  ) {
    this.#child = spawn(command, args, { ...options, stdio: 'pipe' })
    if (input === undefined) {
      this.#child.stdin!.end()
    } else {
      this.#child.stdin!.write(input)
    }
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf-8').on('data', (chunk) => (this.output += chunk))
    }
    this.ended = once(this.#child, 'close').then(([status, signal]) => ({ status, signal }))
  }

  get id() {
    return this.#child.pid!
  }

  /**
   * Waits until it has printed that
   */
  async prints(text: string | RegExp) {
    const isPrinted = () =>
      typeof text === 'string' ? this.output.includes(text) : text.test(this.output)
    await waitUntil(isPrinted, () => `It has not printed ${text}:\n${this.output}`)
  }

  /**
   * Asks it to end, and waits for that
   */
  async stop(): Promise<Ending> {
    this.#child.kill('SIGTERM')
    return this.ended
  }

  /**
   * Ends it, if it still runs
   */
  async kill() {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
