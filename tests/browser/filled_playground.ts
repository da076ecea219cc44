import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Browser, BrowserContextOptions } from 'playwright'
import { DatabaseSync } from 'node:sqlite'

import { Person } from './person.ts'
import { Playground, PLAYGROUND } from './playground.ts'

const OPERATOR = { email: 'operator@example.com', password: 'margin-operator' }

/**
 * A playground with guests, notes and an operator, as `margin:fill` makes them
 */
export class FilledPlayground {
  private constructor(
    readonly playground: Playground,
    readonly db: DatabaseSync,
    private readonly folder: string
  ) {}

  static async open(guests: number): Promise<FilledPlayground> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-user-filled-'))
    const file = join(folder, 'db.sqlite3')
    const command = ['--import=@poppinss/ts-exec', 'bin/console.ts', 'margin:fill']
    await promisify(execFile)(process.execPath, [...command, `--guests=${guests}`], {
      cwd: PLAYGROUND,
      env: { ...process.env, PLAYGROUND_DB: file },
    })
    const playground = await Playground.open(file)
    return new FilledPlayground(playground, new DatabaseSync(file, { timeout: 5000 }), folder)
  }

  /**
   * The operator, in a browser of their own
   */
  async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
    const operator = await Person.arrive(browser, this.playground, options)
    await operator.open('/login')
    await operator.submit(OPERATOR)
    return operator
  }

  count(table: 'users' | 'guests' | 'notes'): number {
    const row = this.db.prepare(`select count(*) as total from ${table}`).get()
    return (row as { total: number }).total
  }

  async close() {
    this.db.close()
    await this.playground.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
