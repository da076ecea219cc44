/**
 * A process that cleans up in a loop, from the first message until it is told
 * to stop
 */
import 'reflect-metadata'
import { createTestApp } from './test_app.ts'

const { connection, batchSize } = JSON.parse(process.argv[2])
const app = await createTestApp({
  createTables: false,
  database: { connection, drop: async () => {} },
})

let isStopped = false
let deleted = 0
process.on('message', async (message) => {
  if (message === 'stop') {
    isStopped = true
    return
  }
  while (!isStopped) {
    const result = await app.guestUsers.cleanup({
      batchSize,
      onBatch: () => void process.send!({ loop: 'cleaning' }),
    })
    deleted += result.deleted
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  process.send!({ loop: 'stopped', deleted })
  process.disconnect()
  await app.close()
})
process.send!({ loop: 'ready' })
