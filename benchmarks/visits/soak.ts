import type { Database } from '@adonisjs/lucid/database'

import { drive } from './load.ts'
import { countRows } from './rounds.ts'
import { SiteProcess } from './site_process.ts'
import { CONTENDERS } from './contenders.ts'
import type { BenchmarkSite } from './site.ts'
import { CHECKPOINTS, type VisitOptions } from './options.ts'

/**
 * The process after so many visits, and a garbage collection
 */
export interface Checkpoint {
  visits: number
  memory: NodeJS.MemoryUsage

  /**
   * Since the checkpoint before: visits per second, and milliseconds of processor
   * time per visit
   */
  speed: number
  cpu: number
}

/**
 * Sends first visits to one process of the package, until so many were answered
 *
 * @throws when an answer is wrong, or when there are other rows than answers
 */
export async function soak(
  site: BenchmarkSite,
  db: Database,
  options: VisitOptions
): Promise<Checkpoint[]> {
  const contender = CONTENDERS.find(({ name }) => name === 'package')!
  const total = options.soak!
  const checkpoints: Checkpoint[] = []
  const server = await SiteProcess.start(site, contender.process)

  try {
    const rowsBefore = await countRows(db, contender)
    let before = await server.meter()
    for (let visits = 0, step = 1; step <= CHECKPOINTS; step++) {
      const more = Math.round((total * step) / CHECKPOINTS) - visits
      const connections = Math.min(Math.max(...options.connections), more)
      const load = await drive(contender, { port: server.port, connections, visits: more })
      const after = await server.meter()
      visits += load.answers

      const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
      checkpoints.push({
        visits,
        memory: after.memory,
        speed: load.answers / load.seconds,
        cpu: cpu / 1000 / load.answers,
      })
      before = after
      print(checkpoints.at(-1)!)
    }

    const rows = (await countRows(db, contender)) - rowsBefore
    const { visits } = checkpoints.at(-1)!
    if (rows !== visits || visits !== total) {
      throw new Error(`${total} visits, ${visits} answers, but ${rows} rows`)
    }
    return checkpoints
  } finally {
    await server.stop()
  }
}

/**
 * Of bytes
 */
export function toMiB(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1)
}

function print({ visits, memory, speed, cpu }: Checkpoint) {
  const { heapUsed, rss, external } = memory
  console.log(
    `${visits} visits: heap ${toMiB(heapUsed)} MiB, RSS ${toMiB(rss)} MiB, external ${toMiB(external)} MiB, ${cpu.toFixed(2)} ms of CPU per visit, ${speed.toFixed(0)} visits/s`
  )
}
