import { percentile } from './statistics.ts'
import type { World } from './world.ts'
import { BusyProcess } from './busy_process.ts'
import type { TransactionTime } from './transaction_timer.ts'
import { CleanerProcess } from './cleaner_process.ts'

/**
 * Latencies in milliseconds: in a window without a cleanup (`quiet`), with one
 * (`busy`), and with a process that only keeps a processor busy (`counting`)
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
 * Measures what visitors notice: alternates windows with a cleanup, without
 * one, and with a busy processor, while requests arrive at a constant rate
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
 * Restores the number of expired guests when fewer than half are left
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
