import { on, once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CREATING_APP = fileURLToPath(new URL('./creating_app.ts', import.meta.url))

interface Message {
  isReady?: boolean
  userId?: number
  sharedWrites?: number
}

/**
 * Creates guests in a separate process, many at once, on a database of the tests
 */
export class CreatingProcess {
  #child: ChildProcess
  #ended: Promise<unknown>

  /**
   * The guests it said it has created
   */
  userIds: number[] = []

  /**
   * How many writes with several guests it said it has made
   */
  sharedWrites = 0

  constructor(connection: Record<string, unknown>) {
    this.#child = fork(CREATING_APP, [JSON.stringify(connection)], {
      execArgv: ['--import=@poppinss/ts-exec'],
      stdio: 'inherit',
    })
    // Then all its messages have arrived
    this.#ended = Promise.all([once(this.#child, 'exit'), once(this.#child, 'disconnect')])
    this.#child.on('message', ({ userId, sharedWrites }: Message) => {
      if (userId !== undefined) {
        this.userIds.push(userId)
        this.sharedWrites = sharedWrites!
      }
    })
  }

  /**
   * Resolves when it is ready to start
   */
  async ready(): Promise<this> {
    await this.#next((message) => message.isReady === true)
    return this
  }

  /**
   * Resolves when it has created so many guests, and made a write with several
   */
  async start(guests: number) {
    this.#child.send('start')
    await this.#next(() => this.userIds.length >= guests && this.sharedWrites > 0)
  }

  /**
   * Resolves with the signal that ended it, null when it had already exited
   */
  async kill(): Promise<NodeJS.Signals | null> {
    this.#child.kill('SIGKILL')
    await this.#ended
    return this.#child.signalCode
  }

  /**
   * Skips the messages that the framework sends
   */
  async #next(isWanted: (message: Message) => boolean): Promise<void> {
    for await (const [message] of on(this.#child, 'message', { close: ['exit'] })) {
      if (isWanted(message)) {
        return
      }
    }
    throw new Error('The creating process has ended')
  }
}
