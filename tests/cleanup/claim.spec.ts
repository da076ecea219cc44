import { test } from '@japa/runner'

import { Removal } from '../../src/cleanup/removal.ts'
import { KeptGuests } from '../../src/cleanup/kept_guests.ts'
import { resolveGuestTables } from '../../src/database/guest_tables.ts'
import { createTestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

async function createApp() {
  const database = await createTestDatabase()
  const app = await createTestApp({ database })
  await insertGuests(app, longAgo(3))
  const tables = resolveGuestTables(app.User, await app.guestUsers.guestModel(), 'lastSeenAt')
  const nobody = new KeptGuests(app.User, undefined)
  const removal = new Removal(app.db.connection(), app.User, tables, '2025-01-01 00:00:00', nobody)
  return { app, database, removal }
}

const IDS = [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2]

test.group('Claim', () => {
  test('leaves out who came back in the meantime', async ({ assert, cleanup }) => {
    const { app, database, removal } = await createApp()
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    const { directory } = await app.guestUsers.engine.load()
    await directory.touch(FIRST_ID + 1)

    const claimed = await app.db.transaction((trx) => removal.claim(trx, IDS))
    assert.sameMembers(claimed, [FIRST_ID, FIRST_ID + 2])
  })

  test('keeps others away until the transaction ends', async ({ assert, cleanup }) => {
    const { app, database, removal } = await createApp()
    cleanup(async () => {
      await app.close()
      await database.drop()
    })

    await app.db.transaction(async (trx) => {
      assert.sameMembers(await removal.claim(trx, IDS), IDS)
      if (dialect === 'sqlite') {
        app.db.manager.add('other', database.connection as any)
        const other = app.db.connection('other')
        await other.rawQuery('pragma busy_timeout = 0')
        await assert.rejects(() => other.rawQuery('begin immediate').then(() => {}), /locked/)
        return
      }
      const others = await app.db.transaction((other) => removal.claim(other, IDS))
      assert.deepEqual(others, [])
    })
  })
})
