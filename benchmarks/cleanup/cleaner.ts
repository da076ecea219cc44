/**
 * A process that cleans up on demand, like `node ace guest:cleanup`, and
 * reports the result
 */
import 'reflect-metadata'

import { MemoryMeter } from './memory_meter.ts'
import { TransactionTimer } from './transaction_timer.ts'
import { createBenchmarkApp } from './benchmark_app.ts'
import type { CleanerOrder, Cleaned } from './cleaner_process.ts'

const app = await createBenchmarkApp(JSON.parse(process.argv[2]))
const timer = new TransactionTimer(app.db)
let stop = new AbortController()

process.once('disconnect', () => process.exit())
process.on('message', async (order: CleanerOrder) => {
  if (order.stop) {
    stop.abort()
  } else if (order.clean) {
    stop = new AbortController()
    const meter = new MemoryMeter()
    const result = await app.guestUsers.cleanup({ ...order.clean, signal: stop.signal })
    const memory = meter.stop()
    process.send!({ result, memory, transactions: timer.take() } satisfies Cleaned)
  }
})
process.send!({ isReady: true })
