import { AsyncLocalStorage } from 'node:async_hooks'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { isSqlite } from '../database/catalog.ts'
import { lacksConnection } from '../database/database_error.ts'
import { E_UNKNOWN_OUTCOME } from '../errors.ts'
import { insertGuestRows, LostConnection, type GuestRows } from './guest_rows.ts'

interface Limits {
  /**
   * In flight at the same time
   */
  writes: number

  /**
   * In one write
   */
  guests: number
}

/**
 * On PostgreSQL the second statement goes ahead while the first waits for the disk. On
 * MySQL and MariaDB a write takes a round trip for each guest, so more of them are under
 * way, with fewer guests. SQLite has one writer
 */
const LIMITS = {
  postgres: { writes: 2, guests: 50 },
  sqlite: { writes: 1, guests: 50 },
  others: { writes: 4, guests: 16 },
} satisfies Record<string, Limits>

/**
 * Milliseconds. A write that takes longer may wait for a lock, and nobody else waits for it
 */
const PATIENCE = 100

/**
 * Fake timers of a test must not stop the database
 */
const nextTurn = setImmediate

/**
 * A guest with this visit key was written while this one waited
 */
export class TakenVisitKey extends Error {}

/**
 * Asks whether there is such a guest
 */
type Exists = (userId: UserId, client: QueryClientContract) => Promise<boolean>

interface Write {
  rows: GuestRows
  client: QueryClientContract
  visitKey: string | null
  resolve(userId: UserId): void
  reject(error: unknown): void

  /**
   * Runs in the asynchronous context of the guest
   */
  within: ReturnType<typeof AsyncLocalStorage.snapshot>
}

/**
 * Writes guests to the database. Guests who come while writes are in flight share the
 * next one, so that many visitors at once cost few round trips and commits. A guest who
 * comes alone does not wait
 */
export class SharedWrites {
  /**
   * By connection: tenants may have one each, which come and go
   */
  #queues = new WeakMap<object, WriteQueue>()

  #exists: Exists

  constructor(exists: Exists) {
    this.#exists = exists
  }

  /**
   * Inserts both rows, or none
   *
   * @returns the key of the user
   * @throws TakenVisitKey
   * @throws RefusedRow when the database refused one of them
   * @throws LostConnection
   */
  write(client: QueryClientContract, rows: GuestRows, visitKey: string | null): Promise<UserId> {
    // None once it was closed
    const connection = client.getWriteClient() ?? client
    let queue = this.#queues.get(connection)
    if (!queue) {
      queue = new WriteQueue(this.#exists, client)
      this.#queues.set(connection, queue)
    }
    return queue.add(client, rows, visitKey)
  }
}

class WriteQueue {
  #exists: Exists
  #isSqlite: boolean
  #limits: Limits
  #waiting: Write[] = []
  #inFlight = new Set<Write[]>()

  /**
   * Those in flight that do not take long
   */
  #awaited = new Set<Write[]>()

  constructor(exists: Exists, client: QueryClientContract) {
    this.#exists = exists
    this.#isSqlite = isSqlite(client)
    this.#limits = limitsOf(client)
  }

  add(client: QueryClientContract, rows: GuestRows, visitKey: string | null): Promise<UserId> {
    return new Promise((resolve, reject) => {
      const within = AsyncLocalStorage.snapshot()
      this.#waiting.push({ client, rows, visitKey, resolve, reject, within })
      // SQLite stops the process while it writes, so nobody comes while a write is in
      // flight. Those who came in one turn of the event loop share it
      if (this.#isSqlite) {
        nextTurn(() => this.#sendNext())
      } else {
        this.#sendNext()
      }
    })
  }

  #sendNext() {
    const writes = this.#mustWait() ? [] : this.#take()
    if (writes.length === 0) {
      return
    }

    this.#inFlight.add(writes)
    this.#awaited.add(writes)
    const goOn = () => {
      this.#awaited.delete(writes)
      this.#sendNext()
    }
    const timer = setTimeout(goOn, PATIENCE)
    void this.#send(writes).then(() => {
      clearTimeout(timer)
      this.#inFlight.delete(writes)
      goOn()
    })
  }

  /**
   * Small writes beside a large one would cost as many round trips
   */
  #mustWait(): boolean {
    const [first] = this.#awaited
    const isFull = this.#awaited.size === this.#limits.writes
    return isFull || (first !== undefined && this.#waiting.length < first.length)
  }

  /**
   * Those with the visit key of another one wait, because one of the two is refused. Two
   * processes that lock the same keys do so in the same order
   */
  #take(): Write[] {
    const keys = new Set([...this.#inFlight].flat().map(({ visitKey }) => visitKey))
    const taken: Write[] = []
    this.#waiting = this.#waiting.filter((write) => {
      const isFree = write.visitKey === null || !keys.has(write.visitKey)
      if (!isFree || taken.length === this.#limits.guests) {
        return true
      }
      keys.add(write.visitKey)
      taken.push(write)
      return false
    })
    return taken.sort((one, other) => (one.visitKey ?? '').localeCompare(other.visitKey ?? ''))
  }

  /**
   * Never rejects. Nobody pays for the taken name of somebody else: when the rows of
   * several are refused, each is sent alone
   */
  async #send(writes: Write[]): Promise<void> {
    const [{ client, within }] = writes
    try {
      const keys = await within(() =>
        insertGuestRows(
          client,
          writes.map(({ rows }) => rows),
          (userId) => this.#exists(userId, client)
        )
      )
      writes.forEach((write, index) => write.resolve(keys[index]))
      this.#rejectSameVisits(writes)
    } catch (error) {
      if (writes.length > 1 && !isUnknown(error) && !lacksConnection(error)) {
        await Promise.all(writes.map((write) => this.#send([write])))
        return
      }
      writes.forEach((write) => write.reject(error))
    }
  }

  #rejectSameVisits(written: Write[]) {
    const keys = new Set(written.map(({ visitKey }) => visitKey))
    this.#waiting = this.#waiting.filter((write) => {
      const isTaken = write.visitKey !== null && keys.has(write.visitKey)
      if (isTaken) {
        write.reject(new TakenVisitKey('The visit key is taken'))
      }
      return !isTaken
    })
  }
}

function limitsOf(client: QueryClientContract): Limits {
  if (isSqlite(client)) {
    return LIMITS.sqlite
  }
  return client.dialect.name === 'postgres' ? LIMITS.postgres : LIMITS.others
}

/**
 * The rows may have been written
 */
function isUnknown(error: unknown): boolean {
  return error instanceof LostConnection || error instanceof E_UNKNOWN_OUTCOME
}
