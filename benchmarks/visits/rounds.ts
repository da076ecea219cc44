import { setTimeout } from 'node:timers/promises'
import type { Profiler } from 'node:inspector'
import type { Database } from '@adonisjs/lucid/database'

import { drive, signIn } from './load.ts'
import { SiteProcess } from './site_process.ts'
import { CONTENDERS, type Contender } from './contenders.ts'
import { percentile } from '../cleanup/statistics.ts'
import type { BenchmarkSite } from './site.ts'
import type { VisitOptions } from './options.ts'

/**
 * One window of one contender
 */
export interface Window {
  contender: string
  connections: number

  /**
   * Visits per second
   */
  speed: number

  /**
   * Milliseconds
   */
  p50: number
  p99: number

  /**
   * Milliseconds of processor time of the server, per visit
   */
  cpu: number

  /**
   * Visits
   */
  answers: number

  /**
   * What the server did meanwhile, with --profile
   */
  profile?: Profiler.Profile
}

/**
 * Seconds
 */
const WARM_UP = 2

/**
 * Milliseconds without a new row
 */
const SETTLED = 200

/**
 * Runs the contenders in turns, each in a process of its own that stays up: what the
 * machine does meanwhile meets all of them
 *
 * @throws when an answer is wrong, or when there are other rows than answers
 */
export async function measure(
  site: BenchmarkSite,
  db: Database,
  options: VisitOptions
): Promise<Window[]> {
  const contenders = CONTENDERS.filter(({ name }) => options.contenders.includes(name))
  const servers = new Map<string, SiteProcess>()
  const windows: Window[] = []

  try {
    for (const name of new Set(contenders.map((contender) => contender.process))) {
      servers.set(name, await SiteProcess.start(site, name))
    }
    const most = Math.max(...options.connections)
    for (const contender of contenders) {
      const target = await aim(contender, servers.get(contender.process)!, most)
      await drive(contender, { ...target, seconds: Math.min(WARM_UP, options.seconds) })
    }

    for (let round = 0; round < options.rounds; round++) {
      for (const connections of options.connections) {
        // Nobody always comes first, or after the slowest
        for (const contender of turned(contenders, round)) {
          const server = servers.get(contender.process)!
          const target = await aim(contender, server, connections)
          const { seconds, profile } = options
          const window = { ...target, seconds, profile, server, db }
          windows.push(await measureWindow(contender, window))
        }
      }
      console.log(`round ${round + 1} of ${options.rounds}`)
    }
    return windows
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()))
  }
}

/**
 * Visitors who return have just signed in, as the cookie of a browser, which each answer
 * renews, is never old
 */
async function aim(contender: Contender, { port }: SiteProcess, connections: number) {
  const isNew = contender.visitors === 'new'
  const cookies = isNew ? undefined : await signIn(contender, port, connections)
  return { port, connections, cookies }
}

async function measureWindow(
  contender: Contender,
  window: Awaited<ReturnType<typeof aim>> & {
    seconds: number
    server: SiteProcess
    db: Database
    profile: boolean
  }
): Promise<Window> {
  const { server, db, connections } = window
  const rowsBefore = await countRows(db, contender)
  const before = await server.meter()
  const { load, profile } = window.profile
    ? await server.profile(() => drive(contender, window))
    : { load: await drive(contender, window) }
  const after = await server.meter()

  if (load.answers === 0) {
    throw new Error(`${contender.name}: no answer in ${window.seconds} seconds; raise --seconds`)
  }
  // Requests whose answers nobody waited for have rows as well
  const rows = (await countRows(db, contender)) - rowsBefore
  const expected = contender.table ? load.answers : 0
  if (rows < expected || rows > expected + (contender.table ? connections : 0)) {
    throw new Error(`${contender.name}: ${load.answers} answers, but ${rows} rows`)
  }

  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return {
    contender: contender.name,
    connections,
    speed: load.answers / load.seconds,
    p50: percentile(load.latencies, 0.5),
    p99: percentile(load.latencies, 0.99),
    cpu: cpu / 1000 / load.answers,
    answers: load.answers,
    profile,
  }
}

/**
 * Once the requests that nobody waits for any more have been answered
 */
export async function countRows(db: Database, { table = 'guests' }: Contender): Promise<number> {
  for (let last = -1; ; await setTimeout(SETTLED)) {
    const [row] = await db.from(table).count('* as total')
    const total = Number(row.total)
    if (total === last) {
      return total
    }
    last = total
  }
}

function turned<Item>(items: Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
