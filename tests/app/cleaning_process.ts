import { on, once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import type { CleanupOptions, CleanupResult } from '../../src/types.ts'

const CLEANING_APP = fileURLToPath(new URL('./cleaning_app.ts', import.meta.url))

interface Message {
  isReady?: boolean
  hasBegun?: boolean
  result?: CleanupResult
  userIds: number[]
}

/**
 * Runs a cleanup in a separate process, on a database of the tests
 */
export class CleaningProcess {
  #child: ChildProcess
  #messages: AsyncIterator<[Message]>
  #exited: Promise<unknown[]>

  constructor(connection: Record<string, unknown>, options: CleanupOptions = {}) {
    this.#child = fork(CLEANING_APP, [JSON.stringify(connection), JSON.stringify(options)], {
      execArgv: ['--import=@poppinss/ts-exec'],
      stdio: 'inherit',
    })
    this.#exited = once(this.#child, 'exit')
    this.#messages = on(this.#child, 'message', { close: ['exit'] }) as AsyncIterator<[Message]>
  }

  /**
   * Resolves when it is ready to start
   */
  async ready(): Promise<this> {
    await this.#next((message) => message.isReady === true)
    return this
  }

  start() {
    this.#child.send('start')
  }

  /**
   * Resolves after its first transaction
   */
  async firstBatch() {
    await this.#next((message) => message.hasBegun === true)
  }

  /**
   * The result of its cleanup, and the ids in its events
   */
  async result() {
    const { result, userIds } = await this.#next((message) => message.result !== undefined)
    await this.#exited
    return { result: result!, userIds }
  }

  /**
   * Resolves with the signal that ended it, null when it had already exited
   */
  async kill(): Promise<NodeJS.Signals | null> {
    this.#child.kill('SIGKILL')
    await this.#exited
    return this.#child.signalCode
  }

  /**
   * Skips the messages that the framework sends
   */
  async #next(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const { value, done } = await this.#messages.next()
      if (done) {
        throw new Error('The cleaning process has ended')
      }
      if (isWanted(value[0])) {
        return value[0]
      }
    }
  }
}
