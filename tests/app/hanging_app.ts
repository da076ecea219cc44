/**
 * A process that hangs between the two inserts that create a guest, to be
 * killed there
 */
import 'reflect-metadata'
import { createTestApp } from './test_app.ts'

const connection = JSON.parse(process.argv[2])
const app = await createTestApp({
  createTables: false,
  database: { connection, drop: async () => {} },
})

app.User.after('create', async () => {
  process.send!('user inserted')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
})
await app.guestUsers.create()
