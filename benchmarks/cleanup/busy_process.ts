import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Keeps a processor busy and does nothing else, to separate the load of a
 * cleanup from its locks and writes
 */
export class BusyProcess {
  #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * @param seconds after which it ends unless it is stopped earlier
   */
  static async start(seconds: number): Promise<BusyProcess> {
    const loop = `const end = Date.now() + ${seconds * 1000}; while (Date.now() < end);`
    const child = spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' })
    await once(child, 'spawn')
    return new BusyProcess(child)
  }

  async stop() {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await exited
    }
  }
}
