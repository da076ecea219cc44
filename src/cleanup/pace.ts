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
