import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'

export const PLAYGROUND = join(import.meta.dirname, '../../playground')

/**
 * The playground in a process of its own, with an empty database unless one is
 * given
 */
export class Playground {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly log: { text: string },
    readonly url: string
  ) {}

  static async open(database?: string): Promise<Playground> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-user-playground-'))
    const child = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'bin/start.ts'], {
      cwd: PLAYGROUND,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'info',
        APP_KEY: 'a-key-for-tests-that-is-long-enough',
        PLAYGROUND_DB: database ?? join(folder, 'db.sqlite3'),
      },
    })

    const log = { text: '' }
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        log.text += chunk
        const address = /Margin is open: (\S+)/.exec(log.text)
        if (address) {
          resolve(address[1])
        }
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.once('exit', () => reject(new Error(`The playground did not start:\n${log.text}`)))
    })
    return new Playground(child, folder, log, url)
  }

  /**
   * Lines of the log that tell of an error
   */
  get errors(): string[] {
    return this.log.text.split('\n').filter((line) => /ERROR|FATAL|"level":[56]0/.test(line))
  }

  async close() {
    this.process.kill('SIGTERM')
    if (this.process.exitCode === null) {
      await once(this.process, 'exit')
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}
