import GuestCleanup from '../../commands/guest_cleanup.ts'
import { createTestApp, type TestApp } from './test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from './guest_rows.ts'

/**
 * An application with so many expired guests
 */
export async function createCleanupApp(guests: number) {
  const app = await createTestApp()
  await insertGuests(app, longAgo(guests))
  return app
}

export async function runCommand(app: TestApp, flags: string[] = []) {
  const ace = await app.app.container.make('ace')
  ace.ui.switchMode('raw')
  const command = await ace.create(GuestCleanup, flags)
  await command.exec()
  const logs = command.ui.logger.getLogs()
  command.ui.logger.flushLogs()
  return { exitCode: command.exitCode, output: logs.map(({ message }) => message), logs }
}

/**
 * @returns what undoes it
 */
export function pretendTerminal() {
  const { isTTY } = process.stdout
  process.stdout.isTTY = true
  return () => {
    process.stdout.isTTY = isTTY
  }
}

/**
 * The first guest cannot be deleted
 */
export async function blockFirst(app: TestApp) {
  await app.db.connection().schema.createTable('orders', (table) => {
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
  })
  await app.db.table('orders').insert({ user_id: FIRST_ID })
}
