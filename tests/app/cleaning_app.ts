/**
 * A process that cleans up when it is told to, and says whom it deleted. To be
 * killed at any time
 */
import 'reflect-metadata'
import { once } from 'node:events'

import { createTestApp } from './test_app.ts'

const [connection, options] = process.argv.slice(2).map((argument) => JSON.parse(argument))
const app = await createTestApp({
  createTables: false,
  database: { connection, drop: async () => {} },
})
const userIds: unknown[] = []
app.emitter.on('guest_user:deleted', (event) => void userIds.push(...event.userIds))
app.emitter.once('guest_user:deleted', () => void process.send!({ hasBegun: true }))

// A test that failed waits for nobody
process.once('disconnect', () => process.exit())
const told = once(process, 'message')
process.send!({ isReady: true })
await told
const result = await app.guestUsers.cleanup(options)
await app.close()
process.send!({ result, userIds }, () => process.disconnect())
