import { test } from '@japa/runner'

import { CleaningProcess } from '../app/cleaning_process.ts'
import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { insertGuests, longAgo } from '../app/guest_rows.ts'

const EXPIRED = 20_000
const CLEANERS = 4

test.group('Cleanup, four at once', () => {
  test('delete each of 20,000 guests once', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    const app = await createTestApp({ database })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    await insertGuests(app, longAgo(EXPIRED))

    const cleaners = await Promise.all(
      Array.from({ length: CLEANERS }, () =>
        new CleaningProcess(database.connection, { batchSize: 200 }).ready()
      )
    )
    cleaners.forEach((cleaner) => cleaner.start())
    const results = await Promise.all(cleaners.map((cleaner) => cleaner.result()))

    const userIds = results.flatMap((one) => one.userIds)
    assert.lengthOf(userIds, EXPIRED)
    assert.equal(new Set(userIds).size, EXPIRED)
    for (const { result, userIds: own } of results) {
      assert.equal(result.deleted, own.length)
      assert.equal(result.blocked, 0)
    }
    // SQLite has one writer and no queue: one of them may get there always first
    const sharing = results.filter(({ result }) => result.deleted > 0)
    assert.isAbove(sharing.length, dialect === 'sqlite' ? 0 : 1)
    assert.equal(await app.count('users'), 0)
    assert.equal(await app.count('guests'), 0)
  }).timeout(60_000)
})
