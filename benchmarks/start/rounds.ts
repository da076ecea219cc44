import { setTimeout } from 'node:timers/promises'

import { SiteProcess } from '../visits/site_process.ts'
import {
  listModules,
  readProcessorTime,
  toMilliseconds,
  type LoadedModules,
} from './ended_process.ts'
import type { BenchmarkSite } from '../visits/site.ts'

/**
 * The same application, with the package or without it
 */
export interface Kind {
  name: 'with' | 'without'
  contender: string
  site: BenchmarkSite
}

/**
 * One start of a server and one `node ace list`: milliseconds and bytes
 */
export interface Start {
  ready: number

  /**
   * Of the processor, once nothing is left to do
   */
  cpu: number
  heap: number
  rss: number
  list: number
  listCpu: number
}

export interface Starts {
  rounds: { with: Start; without: Start }[]
  server: { with: LoadedModules; without: LoadedModules }
  list: { with: LoadedModules; without: LoadedModules }
}

/**
 * Milliseconds until a server that is ready has nothing left to do
 */
const SETTLED = 300

/**
 * Starts processes in turns, one at a time
 *
 * @throws when a process that should not knows the package
 */
export async function measureStarts(site: BenchmarkSite, rounds: number): Promise<Starts> {
  const [first, second]: Kind[] = [
    { name: 'with', contender: 'package', site },
    { name: 'without', contender: 'page', site: await site.withoutPackage() },
  ]
  const starts: Starts = { rounds: [], ...(await listBoth(first, second)) }

  for (let round = 1; round <= rounds; round++) {
    const kinds = round % 2 ? [first, second] : [second, first]
    const measured: Partial<Record<Kind['name'], Start>> = {}
    for (const kind of kinds) {
      measured[kind.name] = await measureStart(kind)
    }
    starts.rounds.push(measured as Starts['rounds'][number])
    console.log(`round ${round} of ${rounds}`)
  }
  return starts
}

function list(site: BenchmarkSite) {
  return site.runFile('ace.js', 'list')
}

async function listBoth(kind: Kind, other: Kind): Promise<Pick<Starts, 'server' | 'list'>> {
  const [server, otherServer] = [await listOfServer(kind), await listOfServer(other)]
  const [ace, otherAce] = [await listOfAce(kind), await listOfAce(other)]
  if (otherServer.own.length + otherAce.own.length > 0) {
    throw new Error('The application without the package has loaded files of it')
  }
  return {
    server: { with: server, without: otherServer },
    list: { with: ace, without: otherAce },
  }
}

function listOfServer({ site, contender }: Kind): Promise<LoadedModules> {
  return listModules(site, async (recorded) => {
    const server = await SiteProcess.start(recorded, contender)
    await setTimeout(SETTLED)
    await server.stop()
  })
}

function listOfAce({ site, contender }: Kind): Promise<LoadedModules> {
  return listModules(site.with({ CONTENDER: contender }), list)
}

async function measureStart({ site, contender }: Kind): Promise<Start> {
  const begun = performance.now()
  const server = await SiteProcess.start(site, contender)
  const ready = performance.now() - begun
  await setTimeout(SETTLED)
  const { cpu, memory } = await server.meter()
  await server.stop()

  const listBegun = performance.now()
  const listCpu = await readProcessorTime(site.with({ CONTENDER: contender }), list)
  return {
    ready,
    cpu: toMilliseconds(cpu),
    heap: memory.heapUsed,
    rss: memory.rss,
    list: performance.now() - listBegun,
    listCpu,
  }
}
