import { percentile } from './statistics.ts'
import type { World } from './world.ts'
import { CleanerProcess } from './cleaner_process.ts'

/**
 * A window with a cleanup, and its neighbour without one. Latencies in
 * milliseconds
 */
export interface WindowPair {
  quiet: number[]
  busy: number[]
}

export interface Requests {
  pairs: WindowPair[]
  transactions: number[]
  deleted: number
}

/**
 * What visitors of the site notice: windows with a cleanup and without one take
 * turns, while requests come at a constant rate
 */
export async function measureVisitors(world: World): Promise<Requests> {
  const { visitors, options, connection } = world
  const cleaner = await CleanerProcess.start(connection)
  const pairs: WindowPair[] = []
  const transactions: number[] = []
  let deleted = 0

  await visitors.load(options)
  for (let index = 0; index < options.windows; index++) {
    await provideExpired(world)
    const pair: WindowPair = { quiet: [], busy: [] }
    const windows = [
      async () => {
        pair.quiet = await visitors.load(options)
      },
      async () => {
        let isOver = false
        const cleaning = cleaner.clean({ batchSize: options.batchSize })
        const done = cleaning.then(() => (isOver = true))
        pair.busy = await visitors.load(options, () => isOver)
        cleaner.stop()
        await done
        const cleaned = await cleaning
        transactions.push(...cleaned.transactions)
        deleted += cleaned.result.deleted
      },
    ]
    for (const window of index % 2 === 0 ? windows : windows.toReversed()) {
      await window()
    }
    pairs.push(pair)
    console.log(
      `window ${index + 1}: p99 ${percentile(pair.quiet, 0.99).toFixed(1)} ms, with cleanup ${percentile(pair.busy, 0.99).toFixed(1)} ms (${pair.busy.length} requests)`
    )
  }

  await cleaner.close()
  return { pairs, transactions, deleted }
}

/**
 * As many as were there when the benchmark began, when less than half is left
 */
async function provideExpired({ population, options }: World) {
  const left = await population.countExpired()
  if (left < options.guests / 2) {
    await population.addExpiredGuests(options.guests - left)
    await population.settle()
  }
}
