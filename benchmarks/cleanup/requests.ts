import { percentile } from './statistics.ts'
import type { World } from './world.ts'
import { BusyProcess } from './busy_process.ts'
import type { TransactionTime } from './transaction_timer.ts'
import { CleanerProcess } from './cleaner_process.ts'

/**
 * A window with a cleanup, and its neighbours: one without, and one beside a
 * process that only takes a processor. Latencies in milliseconds
 */
export interface Windows {
  quiet: number[]
  busy: number[]
  counting: number[]
}

export interface Requests {
  windows: Windows[]
  transactions: TransactionTime[]
  deleted: number
}

/**
 * What visitors of the site notice: windows with a cleanup, without one and
 * with a busy processor take turns, while requests come at a constant rate
 */
export async function measureVisitors(world: World): Promise<Requests> {
  const { visitors, options, connection } = world
  const cleaner = await CleanerProcess.start(connection)
  const all: Windows[] = []
  const transactions: TransactionTime[] = []
  let deleted = 0

  await visitors.load(options)
  for (let index = 0; index < options.windows; index++) {
    await provideExpired(world)
    const windows: Windows = { quiet: [], busy: [], counting: [] }
    const ways = [
      async () => {
        windows.quiet = await visitors.load(options)
      },
      async () => {
        let isOver = false
        const cleaning = cleaner.clean({ batchSize: options.batchSize })
        const done = cleaning.then(() => (isOver = true))
        windows.busy = await visitors.load(options, () => isOver)
        cleaner.stop()
        await done
        const cleaned = await cleaning
        transactions.push(...cleaned.transactions)
        deleted += cleaned.result.deleted
      },
      async () => {
        const counting = await BusyProcess.start(options.seconds * 2)
        windows.counting = await visitors.load(options)
        await counting.stop()
      },
    ]
    for (const way of index % 2 === 0 ? ways : ways.toReversed()) {
      await way()
    }
    all.push(windows)
    console.log(
      `window ${index + 1}: p99 ${p99(windows.quiet)} ms, with cleanup ${p99(windows.busy)} ms (${windows.busy.length} requests), with a busy processor ${p99(windows.counting)} ms`
    )
  }

  await cleaner.close()
  return { windows: all, transactions, deleted }
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

function p99(latencies: number[]): string {
  return percentile(latencies, 0.99).toFixed(1)
}
