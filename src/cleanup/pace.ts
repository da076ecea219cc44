import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isSqlite } from '../database/catalog.ts'

/**
 * Milliseconds
 */
const POLL_INTERVAL = 250
const MAX_REST = 250

/**
 * Milliseconds that a batch should take: long enough to be worth its commit,
 * short enough for transactions that wait for it
 */
const TARGET_DURATION = 50

const MIN_SIZE = 10

/**
 * Size of the first batch, before anything was measured
 */
const INITIAL_SIZE = 500

/**
 * Counts the sessions of the same database that were active a moment ago.
 * Sessions that the role may not inspect do not count
 */
const POSTGRES_SESSIONS = `
  select count(*) as total from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend'
    and (state = 'active' or state_change > now() - interval '250 milliseconds')`

/**
 * MySQL reports times in whole seconds
 */
const MYSQL_SESSIONS = `
  select count(*) as total from information_schema.processlist
  where db = database() and id <> connection_id() and (command <> 'Sleep' or time = 0)`

/**
 * Runs batches as fast as the database allows while no other session uses it,
 * and half of the time when others do.
 *
 * On SQLite, which cannot report connections, each transaction rests
 */
export class Pace {
  #client: QueryClientContract
  #signal?: AbortSignal
  #lastDuration = 0
  #polledAt = -Infinity
  #isShared = false

  constructor(client: QueryClientContract, signal?: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /**
   * @param duration of the last batch in milliseconds
   */
  record(duration: number) {
    this.#lastDuration = duration
  }

  /**
   * Waits until the next batch may start
   */
  async rest(): Promise<void> {
    if (this.#lastDuration === 0 || isSqlite(this.#client)) {
      return
    }
    if (performance.now() - this.#polledAt >= POLL_INTERVAL) {
      this.#isShared = await this.#hasOtherSessions()
      this.#polledAt = performance.now()
    }
    if (this.#isShared && !this.#signal?.aborted) {
      const wake = { signal: this.#signal }
      await sleep(Math.min(this.#lastDuration, MAX_REST), undefined, wake).catch(() => {})
    }
  }

  /**
   * Assumes other sessions when the server does not report them
   */
  async #hasOtherSessions(): Promise<boolean> {
    try {
      return (await countOtherSessions(this.#client)) > 0
    } catch (error) {
      debug('cannot count the other sessions of the database: %s', error)
      return true
    }
  }
}

/**
 * The number of other sessions that use the database right now
 */
export async function countOtherSessions(client: QueryClientContract): Promise<number> {
  const isPostgres = client.dialect.name === 'postgres'
  const answer = await client.rawQuery(isPostgres ? POSTGRES_SESSIONS : MYSQL_SESSIONS)
  const [row] = isPostgres ? answer.rows : answer[0]
  return Number(row.total)
}

/**
 * The number of guests in the next transaction. Its duration depends on
 * cascading tables, the disk and other load, so the size adapts to the duration
 * of the last batch
 */
export class BatchSize {
  #max: number
  #isFixed: boolean
  #current: number

  private constructor(max: number, isFixed: boolean) {
    this.#max = max
    this.#isFixed = isFixed
    this.#current = isFixed ? max : Math.min(INITIAL_SIZE, max)
  }

  /**
   * A size set by the caller, which does not adapt
   */
  static fixed(size: number): BatchSize {
    return new BatchSize(size, true)
  }

  static upTo(max: number): BatchSize {
    return new BatchSize(max, false)
  }

  get current(): number {
    return this.#current
  }

  /**
   * Halves or doubles the size at most, because one batch is a weak signal (a
   * disk may stall). A smaller batch than planned never increases it
   */
  adjust(guests: number, duration: number) {
    const factor = Math.min(Math.max(TARGET_DURATION / duration, 0.5), 2)
    if (this.#isFixed || (factor > 1 && guests < this.#current)) {
      return
    }
    const next = Math.round(this.#current * factor)
    this.#current = Math.min(Math.max(next, MIN_SIZE), this.#max)
  }
}
