import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import type { Browser, BrowserContextOptions } from 'playwright'
import { DatabaseSync } from 'node:sqlite'

import { Person } from './person.ts'
import { Playground, PLAYGROUND } from './playground.ts'
import { removeFolder } from '../services/remove_folder.ts'

const DATABASE = 'db.sqlite3'
const OPERATOR = { email: 'operator@example.com', password: 'margin-operator' }

/**
 * Folders with a database each, by the number of guests in it
 */
const templates = new Map<number, Promise<string>>()

function provideTemplate(guests: number): Promise<string> {
  const template = templates.get(guests) ?? fill(guests)
  templates.set(guests, template)
  return template
}

async function fill(guests: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-filled-'))
  process.once('exit', () => removeFolder(folder))
  const command = ['--import=@poppinss/ts-exec', 'bin/console.ts', 'margin:fill']
  await promisify(execFile)(process.execPath, [...command, `--guests=${guests}`], {
    cwd: PLAYGROUND,
    env: { ...process.env, PLAYGROUND_DB: join(folder, DATABASE) },
  })
  return folder
}

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
    await cp(await provideTemplate(guests), folder, { recursive: true })
    const file = join(folder, DATABASE)
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
