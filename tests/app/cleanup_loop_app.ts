/**
 * A process that cleans up in a loop, from the first message until it is told
 * to stop. After its first batch it waits until it is told to go on
 */
import 'reflect-metadata'
import { createTestApp } from './test_app.ts'

const { connection, batchSize } = JSON.parse(process.argv[2])
const app = await createTestApp({
  createTables: false,
  database: { connection, drop: async () => {} },
})

const goOn = Promise.withResolvers<void>()
app.emitter.once('guest_user:deleted', async () => {
  process.send!({ loop: 'cleaning' })
  await goOn.promise
})

let isStopped = false
let deleted = 0
process.on('message', async (message) => {
  if (message === 'stop') {
    isStopped = true
    return
  }
  if (message === 'go on') {
    goOn.resolve()
    return
  }
  while (!isStopped) {
    const result = await app.guestUsers.cleanup({ batchSize })
    deleted += result.deleted
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  process.send!({ loop: 'stopped', deleted })
  process.disconnect()
  await app.close()
})
process.send!({ loop: 'ready' })
