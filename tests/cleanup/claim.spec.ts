import { test } from '@japa/runner'

import { claimGuests } from '../../src/cleanup/removal.ts'
import { nameGuestTables } from '../../src/database/guest_tables.ts'
import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

async function createApp() {
  const database = await createTestDatabase()
  const app = await createTestApp({ database })
  await insertGuests(app, longAgo(3))
  const tables = nameGuestTables(app.User, await app.guestUsers.guestModel(), 'lastSeenAt')
  return { app, database, tables }
}

const IDS = [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2]

test.group('Claim', () => {
  test('leaves out who came back in the meantime', async ({ assert, cleanup }) => {
    const { app, database, tables } = await createApp()
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    await app.guestUsers.touch(FIRST_ID + 1)

    const claimed = await app.db.transaction((trx) =>
      claimGuests(trx, tables, '2025-01-01 00:00:00', IDS)
    )
    assert.sameMembers(claimed, [FIRST_ID, FIRST_ID + 2])
  })

  test('keeps others away until the transaction ends', async ({ assert, cleanup }) => {
    const { app, database, tables } = await createApp()
    cleanup(async () => {
      await app.close()
      await database.drop()
    })

    await app.db.transaction(async (trx) => {
      assert.sameMembers(await claimGuests(trx, tables, '2025-01-01 00:00:00', IDS), IDS)
      if (dialect === 'sqlite') {
        app.db.manager.add('other', database.connection as any)
        const other = app.db.connection('other')
        await other.rawQuery('pragma busy_timeout = 0')
        await assert.rejects(() => other.rawQuery('begin immediate').then(() => {}), /locked/)
        return
      }
      const others = await app.db.transaction((other) =>
        claimGuests(other, tables, '2025-01-01 00:00:00', IDS)
      )
      assert.deepEqual(others, [])
    })
  })
})
