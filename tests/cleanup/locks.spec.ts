import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

async function createApp(guests: number) {
  const app = await createTestApp()
  await insertGuests(app, longAgo(guests))
  return app
}

async function remainingUsers({ db }: TestApp): Promise<number[]> {
  const users = await db.from('users').select('id').orderBy('id')
  return users.map(({ id }) => id)
}

test.group('Cleanup beside other transactions', () => {
  test('leaves a guest whose row in {table} is locked to the next run')
    .with([
      { table: 'guests', column: 'user_id' },
      { table: 'users', column: 'id' },
    ])
    .run(async ({ assert, cleanup }, { table, column }) => {
      const app = await createApp(4)
      cleanup(() => app.close())

      const trx = await app.db.transaction()
      await trx.from(table).where(column, FIRST_ID).forUpdate()
      const cleaning = app.guestUsers.cleanup({ batchSize: 2 })
      if (dialect === 'sqlite') {
        // One connection: the cleanup waits until the transaction is over
        await trx.rollback()
        assert.equal((await cleaning).deleted, 4)
        return
      }

      const { deleted, leftBy, blocked } = await cleaning
      await trx.rollback()
      assert.equal(deleted, 3)
      assert.deepEqual(leftBy, [{ reason: 'locked', total: 1, userIds: [FIRST_ID] }])
      assert.equal(blocked, 0)
      assert.deepEqual(await remainingUsers(app), [FIRST_ID])
      assert.equal((await app.guestUsers.cleanup()).deleted, 1)
    })

  test('does not wait long for the rows of a guest, and the others go', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp(4)
    cleanup(() => app.close())
    const trx = await app.db.transaction()
    await trx
      .from('notes')
      .where('user_id', FIRST_ID + 1)
      .update({ body: 'being written' })

    const startedAt = performance.now()
    const cleaning = app.guestUsers.cleanup({ batchSize: 10 })
    if (dialect === 'sqlite') {
      await trx.commit()
      assert.equal((await cleaning).deleted, 4)
      return
    }

    const { deleted, leftBy } = await cleaning
    assert.isBelow(performance.now() - startedAt, 10_000)
    await trx.commit()
    assert.equal(deleted, 3)
    assert.deepEqual(leftBy, [{ reason: 'locked', total: 1, userIds: [FIRST_ID + 1] }])
    assert.deepEqual(await remainingUsers(app), [FIRST_ID + 1])
  })

  test('gives the connection back as it was', async ({ assert, cleanup }) => {
    const app = await createApp(1)
    cleanup(() => app.close())
    const ask = {
      sqlite: 'select 1',
      postgres: 'show lock_timeout',
      mariadb: 'select @@innodb_lock_wait_timeout, @@tx_isolation',
    }[dialect]
    const before = await app.db.rawQuery(ask)

    await app.guestUsers.cleanup()
    const after = await app.db.rawQuery(ask)
    assert.deepEqual(after.rows ?? after[0], before.rows ?? before[0])
    assert.equal(await app.count('users'), 0)
  })

  test('who converts meanwhile keeps everything', async ({ assert, cleanup }) => {
    const app = await createApp(60)
    cleanup(() => app.close())

    const ids = Array.from({ length: 60 }, (_, index) => FIRST_ID + index)
    const converting = ids
      .filter((id) => id % 3 === 0)
      .map((id) =>
        app.guestUsers
          .convert(id, { email: `${id}@example.com` })
          .then(() => id)
          .catch((error) => assert.equal(error.code, 'E_NOT_A_GUEST'))
      )
    const [{ deleted }, ...results] = await Promise.all([
      app.guestUsers.cleanup({ batchSize: 5 }),
      ...converting,
    ])

    const converted = results.filter((id) => id !== undefined) as number[]
    assert.deepEqual(await remainingUsers(app), converted.toSorted())
    assert.equal(deleted + converted.length, 60)
    assert.equal(await app.count('guests'), 0)
    assert.equal(await app.count('notes'), converted.length)
  })
})
