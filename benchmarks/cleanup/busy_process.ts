import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Takes a processor away and does nothing else: what visitors notice of that is
 * not the fault of whom a cleanup locks or what it writes
 */
export class BusyProcess {
  #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * @param seconds when it ends at the latest, should nobody stop it
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
