import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'

import { Guest } from '../../src/models/guest.ts'
import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase } from '../app/test_database.ts'

const HANGING_APP = fileURLToPath(new URL('../app/hanging_app.ts', import.meta.url))

test.group('Transaction', () => {
  test('a failing second insert leaves no user behind', async ({ assert, cleanup }) => {
    class BrokenGuest extends Guest {
      static table = 'guests'
    }
    BrokenGuest.boot()
    BrokenGuest.before('create', () => {
      throw new Error('no room')
    })
    const app = await createTestApp({ guestUser: { guestModel: async () => BrokenGuest } })
    cleanup(() => app.close())

    await assert.rejects(() => app.guestUsers.create(), 'no room')
    assert.equal(await app.count('users'), 0)
    assert.equal(await app.count('guests'), 0)
  })

  test('a process killed between the inserts leaves no user behind', async ({
    assert,
    cleanup,
  }) => {
    const database = await createTestDatabase()
    const app = await createTestApp({ database })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })

    const child = fork(HANGING_APP, [JSON.stringify(database.connection)], {
      execArgv: ['--import=@poppinss/ts-exec'],
      stdio: 'inherit',
    })
    // The framework sends messages of its own before
    for await (const [message] of on(child, 'message')) {
      if (message === 'user inserted') {
        break
      }
    }
    child.kill('SIGKILL')
    await once(child, 'exit')

    assert.equal(await app.count('users'), 0)
    assert.equal(await app.count('guests'), 0)

    await app.guestUsers.create()
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('guests'), 1)
  })
})
