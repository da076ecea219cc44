import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isSqlite } from '../database/catalog.ts'

/**
 * Milliseconds
 */
const LOOK_EVERY = 250
const LONGEST_REST = 250

/**
 * Milliseconds that a batch should take: long enough to be worth its commit,
 * short enough for those who wait for it
 */
const WANTED = 50

const SMALLEST = 10

/**
 * Nothing is known about the database before the first batch
 */
const FIRST = 500

/**
 * Sessions of the same database that did something a moment ago. Those that the
 * role may not look at are not counted
 */
const ON_POSTGRES = `
  select count(*) as total from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend'
    and (state = 'active' or state_change > now() - interval '250 milliseconds')`

/**
 * Its times are in whole seconds
 */
const ON_MYSQL = `
  select count(*) as total from information_schema.processlist
  where db = database() and id <> connection_id() and (command <> 'Sleep' or time = 0)`

/**
 * As fast as the database allows while nobody else uses it. When others do, half
 * of the time is theirs.
 *
 * On SQLite, where nobody can tell who else is there, each transaction rests
 */
export class Pace {
  #client: QueryClientContract
  #signal?: AbortSignal
  #worked = 0
  #lookedAt = -Infinity
  #isShared = false

  constructor(client: QueryClientContract, signal?: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /**
   * @param milliseconds that the last batch took
   */
  worked(milliseconds: number) {
    this.#worked = milliseconds
  }

  /**
   * Waits until the next batch may begin
   */
  async rest(): Promise<void> {
    if (this.#worked === 0 || isSqlite(this.#client)) {
      return
    }
    if (performance.now() - this.#lookedAt >= LOOK_EVERY) {
      this.#isShared = await this.#look()
      this.#lookedAt = performance.now()
    }
    if (this.#isShared && !this.#signal?.aborted) {
      const wake = { signal: this.#signal }
      await sleep(Math.min(this.#worked, LONGEST_REST), undefined, wake).catch(() => {})
    }
  }

  /**
   * A server that does not tell may well have others to serve
   */
  async #look(): Promise<boolean> {
    try {
      return (await countOtherSessions(this.#client)) > 0
    } catch (error) {
      debug('who else uses the database cannot be seen: %s', error)
      return true
    }
  }
}

/**
 * How many others use the database at this moment?
 */
export async function countOtherSessions(client: QueryClientContract): Promise<number> {
  const isPostgres = client.dialect.name === 'postgres'
  const answer = await client.rawQuery(isPostgres ? ON_POSTGRES : ON_MYSQL)
  const [row] = isPostgres ? answer.rows : answer[0]
  return Number(row.total)
}

/**
 * How many guests the next transaction takes. How long that is depends on the
 * tables that cascade, the disk and whoever else is busy, so the last batch
 * tells how large the next one may be
 */
export class BatchSize {
  #largest: number
  #isFixed: boolean
  #current: number

  private constructor(largest: number, isFixed: boolean) {
    this.#largest = largest
    this.#isFixed = isFixed
    this.#current = isFixed ? largest : Math.min(FIRST, largest)
  }

  /**
   * As somebody asked for
   */
  static fixed(size: number): BatchSize {
    return new BatchSize(size, true)
  }

  static upTo(largest: number): BatchSize {
    return new BatchSize(largest, false)
  }

  get current(): number {
    return this.#current
  }

  /**
   * One batch says little, a disk may have stalled: a step halves or doubles at
   * most. A small batch that was fast says nothing
   */
  learn(guests: number, milliseconds: number) {
    const factor = Math.min(Math.max(WANTED / milliseconds, 0.5), 2)
    if (this.#isFixed || (factor > 1 && guests < this.#current)) {
      return
    }
    const next = Math.round(this.#current * factor)
    this.#current = Math.min(Math.max(next, SMALLEST), this.#largest)
  }
}
