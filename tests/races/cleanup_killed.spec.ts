import { test } from '@japa/runner'
import { setTimeout as sleep } from 'node:timers/promises'

import { CleaningProcess } from '../app/cleaning_process.ts'
import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase } from '../app/test_database.ts'
import { countHalfGuests, FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

const KILLS = 50

/**
 * Milliseconds: some batches long
 */
const LONGEST_WAIT = 30

/**
 * Processes take a second to start
 */
const AT_ONCE = 3
const EXPIRED = 20_000
const FRESH = 10

test.group('Cleanup, killed', () => {
  test('leaves no half guest behind, and the next run ends the job', async ({
    assert,
    cleanup,
  }) => {
    const database = await createTestDatabase()
    const app = await createTestApp({ database })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    for (let count = 0; count < FRESH; count++) {
      await app.guestUsers.create()
    }
    await insertGuests(app, longAgo(EXPIRED))

    const prepare = () => new CleaningProcess(database.connection, { batchSize: 10 }).ready()
    const waiting = Array.from({ length: AT_ONCE }, prepare)
    for (let kills = 0; kills < KILLS; kills++) {
      const cleaner = await waiting.shift()!
      cleaner.start()
      await cleaner.firstBatch()
      await sleep(Math.random() * LONGEST_WAIT)
      assert.equal(await cleaner.kill(), 'SIGKILL')
      if (kills + waiting.length + 1 < KILLS) {
        waiting.push(prepare())
      }

      assert.equal(await countHalfGuests(app, FIRST_ID), 0)
    }
    const left = (await app.count('guests')) - FRESH
    assert.isAbove(left, 0)

    assert.equal((await app.guestUsers.cleanup()).deleted, left)
    assert.equal(await app.count('guests'), FRESH)
    assert.equal(await app.count('users'), FRESH + 1)
    assert.equal(await app.count('notes'), 0)
  }).timeout(300_000)
})
