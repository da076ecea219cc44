/**
 * A process that runs `guest:cleanup` like `node ace` does, with the signal
 * listeners of the starter kits
 */
import 'reflect-metadata'
import { once } from 'node:events'

import GuestCleanup from '../../commands/guest_cleanup.ts'
import { createTestApp } from './test_app.ts'

const [connection, ...flags] = process.argv.slice(2)
const app = await createTestApp({
  createTables: false,
  database: { connection: JSON.parse(connection), drop: async () => {} },
})
app.app.listen('SIGTERM', () => app.close())
app.app.listen('SIGINT', () => app.close())
// The batch under way is the one that the signal comes in
const signalled = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
app.User.before('delete', async () => {
  process.send!('deleting')
  console.log('what an application prints')
  await signalled
})
process.once('disconnect', () => process.exit())

const ace = await app.app.container.make('ace')
ace.ui.switchMode('silent')
const command = await ace.create(GuestCleanup, flags)
command.ui.switchMode('normal')
await command.exec()
process.exitCode = command.exitCode
process.disconnect()
await app.close()
