import { test } from '@japa/runner'
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { createTestDatabase } from '../app/test_database.ts'
import { createTestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'
import {
  blockFirst,
  createCleanupApp,
  pretendTerminal,
  runCommand,
} from '../app/cleanup_command.ts'

const COMMAND_APP = fileURLToPath(new URL('../app/cleanup_command_app.ts', import.meta.url))

test.group('guest:cleanup', () => {
  test('sums up what it did', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(2)
    cleanup(() => app.close())

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.at(-1)!, /Deleted 2 of 2 expired guests; 0 blocked; \d+\.\d seconds/)
    assert.equal(await app.count('users'), 0)
  })

  test('fails when guests are blocked, and says by what', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(3)
    cleanup(() => app.close())
    await blockFirst(app)

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 2)
    assert.match(output.join('\n'), /ON DELETE CASCADE/)
    assert.match(output.join('\n'), new RegExp(`orders.*: 1 guest, user ${FIRST_ID}`))
    assert.match(output.at(-1)!, /Deleted 2 of 3 expired guests; 1 blocked/)
  })

  test('prints one JSON object and nothing else', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(3)
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
    assert.equal(seconds, Math.round(seconds * 1000) / 1000)
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
