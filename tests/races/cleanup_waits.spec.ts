import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import { setTimeout as sleep } from 'node:timers/promises'

import { dialect, createTestDatabase } from '../app/test_database.ts'
import { createTestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

/**
 * Milliseconds, less than a cleanup waits for a lock
 */
const MEANWHILE = 200

/**
 * An application with expired guests, and a second connection to its database,
 * which SQLite needs to have another transaction
 */
async function createApp() {
  const database = await createTestDatabase()
  const app = await createTestApp({ database })
  await insertGuests(app, longAgo(6))
  app.db.manager.add('other', database.connection as any)
  if (dialect === 'sqlite') {
    // The driver waits without letting anybody else do anything
    await app.db.rawQuery('pragma busy_timeout = 10')
  }
  const account: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
  return {
    ...app,
    account,

    /**
     * Cleans up while a transaction is open, which is committed in the midst,
     * and once more, in case that it waited for others too long
     *
     * @returns how many guests were deleted
     */
    async cleanUpDuring(work: (find: (id: number) => Promise<any>) => Promise<unknown>) {
      const trx = await app.db.connection('other').transaction()
      const find = (id: number) => app.User.findOrFail(id, { client: trx })
      await work(find)
      const [result] = await Promise.all([
        app.guestUsers.cleanup(),
        sleep(MEANWHILE).then(() => trx.commit()),
      ])
      const { deleted } = await app.guestUsers.cleanup()
      return result.deleted + deleted
    },
    async close() {
      await app.close()
      await database.drop()
    },
  }
}

async function userIds({ db }: { db: any }): Promise<number[]> {
  return (await db.from('users').select('id')).map(({ id }: any) => Number(id))
}

test.group('While a cleanup waits', () => {
  test('a conversion that commits is honoured, of the {$self}')
    .with(['oldest', 'youngest', 'oldest and the youngest'])
    .run(async ({ assert, cleanup }, which) => {
      const app = await createApp()
      cleanup(() => app.close())
      const ids = [
        ...(which.includes('oldest') ? [FIRST_ID] : []),
        ...(which.includes('youngest') ? [FIRST_ID + 5] : []),
      ]

      const deleted = await app.cleanUpDuring(async (find) => {
        for (const id of ids) {
          await app.guestUsers.convert(await find(id), { email: `${id}@example.com` })
        }
      })
      assert.sameMembers(await userIds(app), [app.account.id, ...ids])
      assert.equal((await app.User.findOrFail(ids[0])).email, `${ids[0]}@example.com`)
      assert.equal(await app.count('notes'), ids.length)
      assert.equal(deleted, 6 - ids.length)
      assert.equal(await app.count('guests'), 0)
    })

  test('a merge that commits is honoured, and its rows stay', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const deleted = await app.cleanUpDuring(async (find) => {
      await app.guestUsers.merge(FIRST_ID + 1, await find(app.account.id))
    })
    assert.deepEqual(await userIds(app), [app.account.id])
    const notes = await app.db.from('notes').select('user_id')
    assert.deepEqual(
      notes.map(({ user_id: id }) => Number(id)),
      [app.account.id]
    )
    assert.equal(deleted, 5)
    assert.equal(await app.count('guests'), 0)
  })

  test('a visit that commits is honoured', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const deleted = await app.cleanUpDuring(async (find) => {
      const { $trx } = await find(FIRST_ID)
      const now = DateTime.now().toFormat($trx!.dialect.dateTimeFormat)
      await $trx!.from('guests').where('user_id', FIRST_ID).update({ last_seen_at: now })
    })
    assert.sameMembers(await userIds(app), [app.account.id, FIRST_ID])
    assert.equal(deleted, 5)
    assert.equal(await app.count('guests'), 1)
  })

  test('a conversion that rolls back leaves a guest, who goes', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const trx = await app.db.connection('other').transaction()
    const guest: any = await app.User.findOrFail(FIRST_ID, { client: trx })
    await app.guestUsers.convert(guest, { email: 'bob@example.com' })

    const [{ deleted, left }] = await Promise.all([
      app.guestUsers.cleanup(),
      sleep(MEANWHILE).then(() => trx.rollback()),
    ])
    assert.equal(deleted + left, 6)
    assert.equal((await app.guestUsers.cleanup()).deleted, left)
    assert.deepEqual(await userIds(app), [app.account.id])
  })
})
