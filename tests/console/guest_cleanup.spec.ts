import { test } from '@japa/runner'
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import GuestCleanup from '../../commands/guest_cleanup.ts'
import { createTestDatabase } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

const COMMAND_APP = fileURLToPath(new URL('../app/cleanup_command_app.ts', import.meta.url))

async function createApp(guests: number) {
  const app = await createTestApp()
  await insertGuests(app, longAgo(guests))
  return app
}

async function runCommand(app: TestApp, flags: string[] = []) {
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
function pretendTerminal() {
  const { isTTY } = process.stdout
  process.stdout.isTTY = true
  return () => {
    process.stdout.isTTY = isTTY
  }
}

async function blockFirst(app: TestApp) {
  await app.db.connection().schema.createTable('orders', (table) => {
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
  })
  await app.db.table('orders').insert({ user_id: FIRST_ID })
}

test.group('guest:cleanup', () => {
  test('sums up what it did', async ({ assert, cleanup }) => {
    const app = await createApp(2)
    cleanup(() => app.close())

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.at(-1)!, /Deleted 2 guests; 0 left out, 0 blocked; \d+\.\d seconds/)
    assert.equal(await app.count('users'), 0)
  })

  test('says so when there is nothing to do', async ({ assert, cleanup }) => {
    const app = await createApp(0)
    cleanup(() => app.close())
    await app.guestUsers.create()

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.at(-1)!, /No guest has expired/)
  })

  test('fails when guests are blocked, and says by what', async ({ assert, cleanup }) => {
    const app = await createApp(3)
    cleanup(() => app.close())
    await blockFirst(app)

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 2)
    assert.match(output.join('\n'), /ON DELETE CASCADE/)
    assert.match(output.join('\n'), new RegExp(`orders.*: 1 guest, user ${FIRST_ID}`))
    assert.match(output.at(-1)!, /Deleted 2 guests; 0 left out, 1 blocked/)
  })

  test('says whom it left, and that is no failure', async ({ assert, cleanup }) => {
    const app = await createApp(1)
    cleanup(() => app.close())
    app.User.prototype.delete = async () => {}

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.join('\n'), /1 guest left, because "delete\(\)" of the user model/)
    assert.match(output.at(-1)!, /Deleted 0 guests; 1 left out/)
  })

  test('takes ages, batch sizes and limits', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())

    await runCommand(app, ['--older-than=20y'])
    assert.equal(await app.count('guests'), 5)
    await runCommand(app, ['--older-than=30d', '--limit=3', '--batch-size=2'])
    assert.equal(await app.count('guests'), 2)
    await runCommand(app, ['--older-than', '2 hours'])
    assert.equal(await app.count('guests'), 0)
  })

  test('a dry run tells how many would go', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())

    assert.match(
      (await runCommand(app, ['--dry-run'])).output.at(-1)!,
      /5 guests have expired, 5 would be deleted/
    )
    assert.match(
      (await runCommand(app, ['--dry-run', '--limit=2'])).output.at(-1)!,
      /5 guests have expired, 2 would be deleted/
    )
    assert.equal(await app.count('users'), 5)
  })

  test('refuses {$self}')
    .with([
      '--older-than=30',
      '--older-than=soon',
      '--older-than=-2d',
      '--older-than=0d',
      '--older-than=3000y',
      '--batch-size=0',
      '--batch-size=20000',
      '--limit=0',
      '--limit=1.5',
    ])
    .run(async ({ assert, cleanup }, flag) => {
      const app = await createApp(1)
      cleanup(() => app.close())

      const { exitCode, logs } = await runCommand(app, [flag])
      assert.equal(exitCode, 1)
      assert.equal(logs.at(-1)!.stream, 'stderr')
      assert.match(logs.at(-1)!.message, /must be/)
      assert.equal(await app.count('users'), 1)
    })

  test('shows how far it is on a terminal', async ({ assert, cleanup }) => {
    const app = await createApp(3)
    cleanup(() => app.close())
    cleanup(pretendTerminal())

    const { output } = await runCommand(app, ['--batch-size=1'])
    assert.match(output[0], /^1 of 3 guests, \d+ a second, about \d+ .*left$/)
    assert.match(output[2], /^3 of 3 guests/)
    assert.lengthOf(output, 4)
  })

  test('prints one JSON object and nothing else', async ({ assert, cleanup }) => {
    const app = await createApp(3)
    cleanup(() => app.close())
    cleanup(pretendTerminal())
    await blockFirst(app)

    const { exitCode, output } = await runCommand(app, ['--json', '--batch-size=1'])
    assert.equal(exitCode, 2)
    assert.lengthOf(output, 1)
    const { seconds, blockedBy, ...result } = JSON.parse(output[0])
    assert.deepEqual(result, {
      dryRun: false,
      expired: 3,
      deleted: 2,
      left: 0,
      leftBy: [],
      blocked: 1,
      aborted: false,
    })
    assert.isNumber(seconds)
    assert.equal(blockedBy[0].table, 'orders')
  })
})

test.group('guest:cleanup, as a process', (group) => {
  group.each.timeout(30_000)

  test('{signal} stops it after the batch, with status {status}')
    .with([
      { signal: 'SIGINT', status: 130 },
      { signal: 'SIGTERM', status: 143 },
    ] as const)
    .run(async ({ assert, cleanup }, { signal, status }) => {
      const database = await createTestDatabase()
      const app = await createTestApp({ database })
      cleanup(async () => {
        await app.close()
        await database.drop()
      })
      await insertGuests(app, longAgo(100))
      await blockFirst(app)

      const child = fork(
        COMMAND_APP,
        [JSON.stringify(database.connection), '--json', '--batch-size=10'],
        { execArgv: ['--import=@poppinss/ts-exec'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }
      )
      const exited = once(child, 'exit')
      const stdout = text(child.stdout!)
      for await (const [message] of on(child, 'message', { close: ['exit'] })) {
        if (message === 'deleting') {
          break
        }
      }
      child.kill(signal)
      child.kill(signal)

      assert.deepEqual(await exited, [status, null])
      const result = JSON.parse(await stdout)
      assert.isTrue(result.aborted)
      assert.equal(result.deleted, 9)
      assert.equal(result.blocked, 1)
      assert.equal(await app.count('guests'), 91)
      assert.equal(await app.count('users'), 91)
    })
})
