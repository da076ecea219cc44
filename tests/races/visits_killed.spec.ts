import { test } from '@japa/runner'
import { setTimeout as sleep } from 'node:timers/promises'

import { createTestDatabase } from '../app/test_database.ts'
import { countHalfGuests } from '../app/guest_rows.ts'
import { CreatingProcess } from '../app/creating_process.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

const KILLS = 15

/**
 * The first two come alone
 */
const FIRST_GUESTS = 30

/**
 * Milliseconds: some writes long
 */
const LONGEST_WAIT = 40

/**
 * Processes take a second to start
 */
const AT_ONCE = 3

async function countMissing({ db }: TestApp, userIds: number[]) {
  const rows = await db.from('guests').select('user_id')
  const existing = new Set(rows.map((row) => row.user_id))
  return userIds.filter((userId) => !existing.has(userId)).length
}

test.group('First visits that share writes, in a process that is killed', () => {
  test('leave no half guest behind, and each guest it knew of exists', async ({
    assert,
    cleanup,
  }) => {
    const database = await createTestDatabase()
    const app = await createTestApp({ database })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })

    const prepare = () => new CreatingProcess(database.connection).ready()
    const waiting = Array.from({ length: AT_ONCE }, prepare)
    const known: number[] = []
    for (let kills = 0; kills < KILLS; kills++) {
      const creating = await waiting.shift()!
      await creating.start(FIRST_GUESTS)
      await sleep(Math.random() * LONGEST_WAIT)
      assert.equal(await creating.kill(), 'SIGKILL')
      if (kills + waiting.length + 1 < KILLS) {
        waiting.push(prepare())
      }

      known.push(...creating.userIds)
      assert.equal(await countHalfGuests(app), 0)
      assert.equal(await countMissing(app, creating.userIds), 0)
    }

    assert.equal(await countMissing(app, known), 0)
    assert.lengthOf(new Set(known), known.length)
  }).timeout(300_000)
})
