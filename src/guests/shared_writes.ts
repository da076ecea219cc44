import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { isSqlite } from '../database/catalog.ts'
import { isConnectionLost } from '../database/database_error.ts'
import { insertGuestRows, RefusedRow, type GuestRows } from './guest_rows.ts'

/**
 * Writes that run at the same time. The second one goes ahead while the first waits for
 * the disk or for a lock
 */
const MAX_IN_FLIGHT = 2

/**
 * Milliseconds. A write that takes longer waits for a lock or a connection, and is no
 * reason for others to wait
 */
const PATIENCE = 200

/**
 * Guests in one write
 */
const MAX_GUESTS = 50

/**
 * Asks whether there is such a guest
 */
type Exists = (userId: UserId, client: QueryClientContract) => Promise<boolean>

interface NewWrite {
  rows: GuestRows
  client: QueryClientContract

  /**
   * Two of the same do not share a write: one of them is refused
   */
  uniqueKey: string | null
}

interface Write extends NewWrite {
  resolve(userId: UserId): void
  reject(error: unknown): void
}

/**
 * Writes guests to the database. Guests who come while writes are in flight share the
 * next one, so that many visitors at once cost few round trips and commits. A guest who
 * comes alone does not wait
 */
export class SharedWrites {
  /**
   * By name of the connection: tenants may have one each
   */
  #queues = new Map<string, WriteQueue>()

  #exists: Exists

  constructor(exists: Exists) {
    this.#exists = exists
  }

  /**
   * Inserts both rows, or none
   *
   * @param uniqueKey of the row in `guests`, if it has one
   * @returns the key of the user
   * @throws RefusedRow when the database refused one of them
   * @throws LostConnection
   */
  write(client: QueryClientContract, rows: GuestRows, uniqueKey: string | null): Promise<UserId> {
    const name = client.connectionName
    let queue = this.#queues.get(name)
    if (!queue) {
      queue = new WriteQueue(this.#exists, isSqlite(client))
      this.#queues.set(name, queue)
    }
    return queue.add({ client, rows, uniqueKey })
  }
}

class WriteQueue {
  #exists: Exists
  #isSqlite: boolean
  #waiting: Write[] = []
  #inFlight = new Set<Write[]>()

  /**
   * Those in flight that others wait for
   */
  #prompt = new Set<Write[]>()

  constructor(exists: Exists, forSqlite: boolean) {
    this.#exists = exists
    this.#isSqlite = forSqlite
  }

  add(write: NewWrite): Promise<UserId> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...write, resolve, reject })
      this.#sendSoon()
    })
  }

  /**
   * SQLite has one writer, and its driver stops the process meanwhile: nobody comes while
   * a write is in flight. Those who came at the same time share it
   */
  #sendSoon() {
    if (this.#isSqlite) {
      setImmediate(() => this.#sendNext())
    } else {
      this.#sendNext()
    }
  }

  #sendNext() {
    if (this.#prompt.size === (this.#isSqlite ? 1 : MAX_IN_FLIGHT)) {
      return
    }
    const writes = this.#take()
    if (writes.length === 0) {
      return
    }

    const giveWay = () => {
      this.#prompt.delete(writes)
      this.#sendNext()
    }
    const timer = setTimeout(giveWay, PATIENCE)
    this.#inFlight.add(writes)
    this.#prompt.add(writes)
    void this.#send(writes).then(() => {
      clearTimeout(timer)
      this.#inFlight.delete(writes)
      giveWay()
    })
  }

  #take(): Write[] {
    const keys = new Set([...this.#inFlight].flat().map(({ uniqueKey }) => uniqueKey))
    const taken: Write[] = []
    this.#waiting = this.#waiting.filter((write) => {
      const isFree = write.uniqueKey === null || !keys.has(write.uniqueKey)
      if (!isFree || taken.length === MAX_GUESTS) {
        return true
      }
      keys.add(write.uniqueKey)
      taken.push(write)
      return false
    })
    return taken
  }

  /**
   * Nobody pays for the taken name of somebody else: what is refused is sent again in
   * halves, or each alone if the database took its time for that. Never rejects
   */
  async #send(writes: Write[]): Promise<void> {
    const [{ client }] = writes
    const start = performance.now()
    try {
      const rows = writes.map((write) => write.rows)
      const keys = await insertGuestRows(client, rows, (userId) => this.#exists(userId, client))
      writes.forEach((write, index) => write.resolve(keys[index]))
    } catch (error) {
      const cause = error instanceof RefusedRow ? error.cause : error
      if (writes.length > 1 && !isConnectionLost(cause)) {
        const isSlow = performance.now() - start > PATIENCE
        await Promise.all(
          inParts(writes, isSlow ? writes.length : 2).map((part) => this.#send(part))
        )
      } else {
        writes.forEach((write) => write.reject(error))
      }
    }
  }
}

function inParts<Item>(items: Item[], parts: number): Item[][] {
  const size = Math.ceil(items.length / parts)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size)
  )
}
