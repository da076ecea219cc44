import { join } from 'node:path'
import { rm } from 'node:fs/promises'

import { DateTime } from 'luxon'
import { Database } from '@adonisjs/lucid/database'
import { AppFactory } from '@adonisjs/core/factories/app'
import { EmitterFactory } from '@adonisjs/core/factories/events'
import { LoggerFactory } from '@adonisjs/core/factories/logger'

import { FreshApp } from './fresh_app.ts'
import { waitUntil } from './wait_until.ts'
import { RunningProcess } from './running_process.ts'
import { createTestDatabase, dialect, type TestDatabase } from '../app/test_database.ts'

const DRIVERS = { sqlite: 'better-sqlite3', postgres: 'pg', mariadb: 'mysql2' }
const LONG_AGO = '2020-01-01 00:00:00'
const ROWS_PER_STATEMENT = 200

const DATABASE = (connection: Record<string, unknown>) => `
import { defineConfig } from '@adonisjs/lucid'

export default defineConfig({
  connection: 'main',
  connections: {
    main: ${JSON.stringify({ ...connection, migrations: { paths: ['database/migrations'] } })},
  },
})
`

/**
 * Writes down who was deleted by which process, and lets it go on with the next
 * batch when the test says so: the cleanup waits for its listeners
 */
const EVENTS = (folder: string) => `
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { appendFile } from 'node:fs/promises'
import emitter from '@adonisjs/core/services/emitter'

emitter.on('guest_user:deleted', async ({ userIds }) => {
  const lines = userIds.map((userId) => process.pid + ' ' + userId + '\\n')
  await appendFile(${JSON.stringify(join(folder, 'deleted.log'))}, lines.join(''))
  while (existsSync(${JSON.stringify(join(folder, 'pause'))})) {
    await setTimeout(20)
  }
})
`

/**
 * A fresh application with guests in a database that several processes share
 */
export class ScheduledApp {
  #testDatabase: TestDatabase
  #database: Database
  #lastId = 0

  private constructor(
    readonly fresh: FreshApp,
    testDatabase: TestDatabase
  ) {
    this.#testDatabase = testDatabase
    this.#database = new Database(
      { connection: 'test', connections: { test: { ...testDatabase.connection } as never } },
      new LoggerFactory().create(),
      new EmitterFactory().create(new AppFactory().create(new URL('./', import.meta.url)))
    )
  }

  /**
   * @param packages that the application has besides ours
   */
  static async create(packages: string[] = []): Promise<ScheduledApp> {
    const fresh = await FreshApp.createConfigured([...new Set([...packages, DRIVERS[dialect]])])
    const { connection, ...database } = await createTestDatabase()
    const app = new ScheduledApp(fresh, {
      connection: { ...connection, debug: false },
      ...database,
    })
    await app.#prepare()
    return app
  }

  async #prepare() {
    await this.fresh.write('config/database.ts', DATABASE(this.#testDatabase.connection))
    await this.fresh.write('start/events.ts', EVENTS(this.fresh.folder))
    await this.fresh.edit('adonisrc.ts', (text) =>
      text.replace('preloads: [', "preloads: [() => import('#start/events'), ")
    )
  }

  /**
   * Runs `node ace …`, which has to succeed
   */
  async ace(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.fresh.ace(...args)
    if (exitCode !== 0) {
      throw new Error(output)
    }
    return output
  }

  /**
   * Builds the application for production. Its dependencies are found in the
   * folder above
   *
   * @returns the folder
   */
  async build(): Promise<string> {
    await this.ace('build')
    const variables = await this.fresh.read('.env')
    await this.fresh.write('build/.env', variables.replace('development', 'production'))
    return join(this.fresh.folder, 'build')
  }

  /**
   * Starts `node ace …`
   */
  start(...args: string[]): RunningProcess {
    return this.#spawn(['ace.js', ...args])
  }

  /**
   * Starts `node ace …` in the folder that `build()` has made
   */
  startBuilt(...args: string[]): RunningProcess {
    const env = { ...this.fresh.environment, NODE_ENV: 'production' }
    const cwd = join(this.fresh.folder, 'build')
    return new RunningProcess(process.execPath, ['ace.js', ...args], { cwd, env })
  }

  /**
   * Runs `node ace …` for somebody who presses these keys
   */
  async answer(keys: string, ...args: string[]): Promise<void> {
    const command = this.#spawn(['ace.js', ...args], keys)
    const { status } = await command.ended
    if (status !== 0) {
      throw new Error(command.output)
    }
  }

  #spawn(args: string[], input?: string): RunningProcess {
    const { folder: cwd, environment: env } = this.fresh
    return new RunningProcess(process.execPath, args, { cwd, env }, input)
  }

  /**
   * @returns the ids of the new guests
   */
  async addGuests(count: number, lastSeen: 'long ago' | 'now'): Promise<number[]> {
    const ids = Array.from({ length: count }, () => (this.#lastId += 1))
    const { dateTimeFormat } = this.#database.connection().dialect
    const moment = lastSeen === 'now' ? DateTime.utc().toFormat(dateTimeFormat) : LONG_AGO

    for (let first = 0; first < count; first += ROWS_PER_STATEMENT) {
      const part = ids.slice(first, first + ROWS_PER_STATEMENT)
      const users = part.map((id) => ({
        id,
        email: `${id}@guest.invalid`,
        password: '-',
        created_at: LONG_AGO,
      }))
      const guests = part.map((id) => ({ user_id: id, created_at: moment, last_seen_at: moment }))
      await this.#database.transaction(async (trx) => {
        await trx.table('users').multiInsert(users)
        await trx.table('guests').multiInsert(guests)
      })
    }
    return ids
  }

  get database() {
    return this.#database.connection()
  }

  /**
   * The ids of all users
   */
  async users(): Promise<number[]> {
    const rows = await this.database.from('users').select('id').orderBy('id')
    return rows.map(({ id }) => Number(id))
  }

  /**
   * The ids of those who are guests
   */
  async guests(): Promise<number[]> {
    const rows = await this.database.from('guests').select('user_id').orderBy('user_id')
    return rows.map((row) => Number(row.user_id))
  }

  /**
   * Whom the events say to be deleted, as often as they say it, and by which
   * processes
   */
  async deleted(): Promise<{ userIds: number[]; processIds: number[] }> {
    const log = await this.fresh.read('deleted.log').catch(() => '')
    const lines = log.split('\n').slice(0, -1)
    const pairs = lines.map((line) => line.split(' ').map(Number))
    return {
      userIds: pairs.map(([, userId]) => userId).sort(byNumber),
      processIds: [...new Set(pairs.map(([processId]) => processId))].sort(byNumber),
    }
  }

  /**
   * Waits until the events tell of so many guests: they come after the commit
   */
  async waitForDeleted(count: number) {
    const isTrue = async () => (await this.deleted()).userIds.length >= count
    await waitUntil(isTrue, () => `Fewer than ${count} guests are deleted`)
  }

  /**
   * Waits until so many processes have deleted a batch each
   */
  async waitForCleaners(count: number) {
    const isTrue = async () => (await this.deleted()).processIds.length === count
    await waitUntil(isTrue, () => `There are not ${count} processes that delete guests`)
  }

  /**
   * Cleaners stop after their next batch, until `resume()`
   */
  async pause() {
    await this.fresh.write('pause', '')
  }

  async resume() {
    await this.fresh.removeFile('pause')
  }

  /**
   * Makes the application as it was before there were guests
   */
  async forget() {
    await rm(join(this.fresh.folder, 'pause'), { force: true })
    await this.fresh.write('deleted.log', '')
    await this.database.from('users').delete()
  }

  async remove() {
    await this.#database.manager.closeAll()
    await this.#testDatabase.drop()
    await this.fresh.remove()
  }
}

export function byNumber(one: number, other: number): number {
  return one - other
}
