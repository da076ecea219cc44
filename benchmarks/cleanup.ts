/**
 * Compares `guestUsers.cleanup()` with one DELETE of the same rows, and measures
 * what the visitors of a site notice of it.
 *
 *   npm run benchmark                                 SQLite
 *   DB=postgres npm run benchmark -- --guests=50000   fewer guests
 *   DB=mariadb npm run benchmark
 */
import 'reflect-metadata'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'

import { whoAmI } from '../tests/app/who_am_i.ts'
import { createTestApp } from '../tests/app/test_app.ts'
import { CleaningProcess } from '../tests/app/cleaning_process.ts'
import { createTestDatabase, dialect } from '../tests/app/test_database.ts'
import { startEmbeddedPostgres } from '../tests/services/embedded_postgres.ts'
import { percentile, visit } from './cleanup/foreground.ts'
import {
  createDependentTables,
  deleteAtOnce,
  fillWithExpiredGuests,
} from './cleanup/many_guests.ts'

const QUIET_SECONDS = 5
const MEBIBYTE = 1024 * 1024

const { values: flags } = parseArgs({ options: { guests: { type: 'string', default: '200000' } } })
const guests = Number(flags.guests)

const postgres =
  dialect === 'postgres' && !process.env.PG_HOST ? await startEmbeddedPostgres() : undefined
if (postgres) {
  Object.assign(process.env, { PG_HOST: '127.0.0.1', PG_PORT: String(postgres.port) })
}

const database = await createTestDatabase()
// Events for each statement would be measured as well
const connection = { ...database.connection, debug: false }
const app = await createTestApp({
  database: { ...database, connection },
  routes: (router, middleware) => {
    router.get('/cart', whoAmI).use(middleware.allowGuestUser())
  },
})

async function measure(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

function print(what: string, value: number, unit: string) {
  console.log(`${what.padEnd(44)} ${value.toFixed(2).padStart(10)} ${unit}`)
}

try {
  console.log(`${guests} expired guests with a note and a cart each, ${dialect}\n`)
  await createDependentTables(app.db)

  await fillWithExpiredGuests(app.db, guests)
  const atOnce = await measure(() => deleteAtOnce(app.db))

  await fillWithExpiredGuests(app.db, guests)
  let longestBatch = 0
  let mostMemory = 0
  let batchStartedAt = performance.now()
  globalThis.gc?.()
  const memory = process.memoryUsage().rss
  const inBatches = await measure(() =>
    app.guestUsers.cleanup({
      onBatch: () => {
        longestBatch = Math.max(longestBatch, performance.now() - batchStartedAt)
        mostMemory = Math.max(mostMemory, process.memoryUsage().rss)
        batchStartedAt = performance.now()
      },
    })
  )
  print('one DELETE', atOnce, 's')
  print('cleanup', inBatches, 's')
  print('speed of the cleanup, one DELETE is 1', atOnce / inBatches, '')
  print('longest batch', longestBatch, 'ms')
  print('memory growth', Math.max(0, mostMemory - memory) / MEBIBYTE, 'MiB')

  await fillWithExpiredGuests(app.db, guests)
  await visit(app.url, inSeconds(1))
  const quiet = await visit(app.url, inSeconds(QUIET_SECONDS))
  const cleaner = await new CleaningProcess(connection).ready()
  await sleep(500)
  let isOver = false
  cleaner.start()
  const cleaning = cleaner.result().finally(() => (isOver = true))
  const busy = await visit(app.url, () => isOver)
  const { result } = await cleaning

  print('\np99 of requests, no cleanup', percentile(quiet, 0.99), 'ms')
  print('p99 of requests, during a cleanup', percentile(busy, 0.99), 'ms')
  print('that is times', percentile(busy, 0.99) / percentile(quiet, 0.99), '')
  print('requests during the cleanup', busy.length, '')
  print('cleanup beside the site', result.seconds, 's')
} finally {
  await app.close()
  await database.drop()
  await postgres?.stop()
}

function inSeconds(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000
  return () => performance.now() > end
}
