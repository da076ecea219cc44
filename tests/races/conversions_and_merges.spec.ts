import { test } from '@japa/runner'

import { prepareShop } from '../app/shop.ts'
import { startCleanupLoop } from '../app/cleanup_loop.ts'
import { createTestDatabase } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

const GUESTS = 1000
const LONG_AGO = '2020-01-01 00:00:00'

/**
 * Expired guests with a note each, in an application whose database is cleaned
 * up by another process
 */
async function createRace() {
  const database = await createTestDatabase()
  const app = await createTestApp({ database, prepare: prepareShop })
  const guestIds = await insertGuests(app)
  const cleaner = await startCleanupLoop({ connection: database.connection, batchSize: 10 })

  const close = async () => {
    cleaner.end()
    await app.close()
    await database.drop()
  }
  return { app, guestIds, cleaner, close }
}

async function insertGuests(app: TestApp): Promise<number[]> {
  const names = Array.from({ length: GUESTS }, (_, index) => `guest-${index}`)
  await insert(
    app,
    'users',
    names.map((name) => ({ full_name: name, email: `${name}@guest.invalid`, password: 'none' }))
  )

  const users = await app.db.from('users').select('id')
  const ids = users.map(({ id }) => id)
  const rows = ids.map((id) => ({ user_id: id, created_at: LONG_AGO, last_seen_at: LONG_AGO }))
  await insert(app, 'guests', rows)
  await insert(
    app,
    'notes',
    ids.map((id) => ({ user_id: id, body: String(id) }))
  )
  return ids
}

/**
 * SQLite takes some hundred rows at a time
 */
async function insert(app: TestApp, table: string, rows: object[]) {
  for (let start = 0; start < rows.length; start += 200) {
    await app.db.table(table).multiInsert(rows.slice(start, start + 200))
  }
}

/**
 * The cleaner takes the oldest first; nobody else keeps to an order
 */
function shuffle<Item>(items: Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item)
}

test.group('A cleanup in another process', (group) => {
  group.each.timeout(90_000)

  test('against 1,000 conversions of expired guests', async ({ assert, cleanup }) => {
    const { app, guestIds, cleaner, close } = await createRace()
    cleanup(close)
    const events: number[] = []
    app.emitter.on('guest_user:converted', ({ user }) => void events.push((user as any).id))

    const order = shuffle(guestIds)
    const results = await cleaner.race(() =>
      order.map((id) => app.guestUsers.convert(id, { fullName: `regular-${id}` }))
    )
    const deleted = await cleaner.stop()

    const users = new Map((await app.db.from('users')).map((user) => [user.id, user.full_name]))
    const notes = new Map((await app.db.from('notes')).map((note) => [note.user_id, note.body]))
    let converted = 0
    for (const [index, result] of results.entries()) {
      const id = order[index]
      if (result.status === 'fulfilled') {
        converted += 1
        assert.equal(users.get(id), `regular-${id}`)
        assert.equal(notes.get(id), String(id))
      } else {
        assert.equal(result.reason.code, 'E_NOT_A_GUEST', result.reason)
        assert.isFalse(users.has(id))
        assert.isFalse(notes.has(id))
      }
    }
    assert.equal(converted + deleted, GUESTS)
    assert.equal(events.length, converted)
    assert.equal(await app.count('guests'), 0)
    assert.isAbove(converted, 0, 'there was a race')
    assert.isAbove(deleted, 0, 'there was a race')
  })

  test('against 1,000 passwords saved for expired guests', async ({ assert, cleanup }) => {
    const { app, guestIds, cleaner, close } = await createRace()
    cleanup(close)
    const events: number[] = []
    app.emitter.on('guest_user:converted', ({ user }) => void events.push((user as any).id))
    const guests = new Map((await app.User.all()).map((user) => [user.id, user]))

    const order = shuffle(guestIds)
    const results = await cleaner.race(() =>
      order.map((id) =>
        guests
          .get(id)!
          .merge({ password: `secret-${id}` })
          .save()
      )
    )
    const deleted = await cleaner.stop()

    const users = new Map((await app.User.all()).map((user) => [user.id, user]))
    let converted = 0
    for (const [index, result] of results.entries()) {
      const id = order[index]
      if (result.status === 'fulfilled') {
        converted += 1
        assert.isTrue(await users.get(id)!.verifyPassword(`secret-${id}`))
      } else {
        assert.equal(result.reason.code, 'E_MODEL_DELETED', result.reason)
        assert.isFalse(users.has(id))
      }
    }
    assert.equal(converted + deleted, GUESTS)
    assert.equal(events.length, converted)
    assert.equal(await app.count('guests'), 0)
    assert.isAbove(converted, 0, 'there was a race')
    assert.isAbove(deleted, 0, 'there was a race')
  })

  test('against 1,000 merges of expired guests', async ({ assert, cleanup }) => {
    const { app, guestIds, cleaner, close } = await createRace()
    cleanup(close)
    const accounts: any[] = []
    for (let index = 0; index < 20; index++) {
      const email = `account-${index}@example.com`
      await app.db.table('users').insert({ full_name: 'account', email, password: 'none' })
      accounts.push(await app.User.findByOrFail('email', email))
    }

    const order = shuffle(guestIds)
    const results = await cleaner.race(() =>
      order.map((id, index) => app.guestUsers.merge(id, accounts[index % accounts.length]))
    )
    const deleted = await cleaner.stop()

    const users = await app.db.from('users')
    const owners = new Map((await app.db.from('notes')).map((note) => [note.body, note.user_id]))
    let merged = 0
    for (const [index, result] of results.entries()) {
      const id = order[index]
      if (result.status === 'fulfilled') {
        merged += 1
        assert.equal(owners.get(String(id)), accounts[index % accounts.length].id)
      } else {
        assert.equal(result.reason.code, 'E_NOT_A_GUEST', result.reason)
        assert.isFalse(owners.has(String(id)))
      }
    }
    assert.equal(merged + deleted, GUESTS)
    assert.lengthOf(users, accounts.length)
    assert.equal(await app.count('guests'), 0)
    assert.isAbove(merged, 0, 'there was a race')
    assert.isAbove(deleted, 0, 'there was a race')
  })
})
