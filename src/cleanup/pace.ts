import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isSqlite } from '../is_sqlite.ts'
import { countNeighbours } from './neighbours.ts'

/**
 * Milliseconds
 */
const LOOK_EVERY = 250
const LONGEST_REST = 250

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
  #hasNeighbours = false

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
   *
   * @param sessions of this run besides the one that asks
   */
  async takeTurn(sessions: number): Promise<void> {
    if (this.#worked === 0 || isSqlite(this.#client)) {
      return
    }
    if (performance.now() - this.#lookedAt >= LOOK_EVERY) {
      this.#hasNeighbours = await this.#look(sessions)
      this.#lookedAt = performance.now()
    }
    if (this.#hasNeighbours && !this.#signal?.aborted) {
      const wake = { signal: this.#signal }
      await sleep(Math.min(this.#worked, LONGEST_REST), undefined, wake).catch(() => {})
    }
  }

  /**
   * A server that does not tell may well have others to serve
   */
  async #look(sessions: number): Promise<boolean> {
    try {
      return (await countNeighbours(this.#client)) > sessions
    } catch (error) {
      debug('who else uses the database cannot be seen: %s', error)
      return true
    }
  }
}
