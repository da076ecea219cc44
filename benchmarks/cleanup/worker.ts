import { once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'

/**
 * Runs a file of this folder in a process of its own
 */
export class Worker {
  #child: ChildProcess

  constructor(file: string, connection: Record<string, unknown>) {
    this.#child = fork(new URL(file, import.meta.url), [JSON.stringify(connection)], {
      execArgv: ['--import=@poppinss/ts-exec', '--expose-gc'],
      stdio: 'inherit',
    })
  }

  send(message: object) {
    this.#child.send(message)
  }

  /**
   * The next message with this property; the framework sends other messages
   */
  receive<Message extends object>(property: keyof Message & string): Promise<Message> {
    return new Promise((resolve, reject) => {
      const child = this.#child
      const fail = () => reject(new Error('A process of the benchmark has ended'))
      const look = (message: unknown) => {
        if (typeof message === 'object' && message !== null && property in message) {
          child.off('message', look)
          child.off('exit', fail)
          resolve(message as Message)
        }
      }
      child.on('message', look)
      child.once('exit', fail)
    })
  }

  async close() {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}
