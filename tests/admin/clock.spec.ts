import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import { messages } from '../app/page_messages.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import type { TestApp } from '../app/test_app.ts'
import type { UserKey } from '../app/user_model.ts'
import { arriveAsOperator, createAdminApp, createGuests, type Operator } from '../app/admin_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const KEYS: UserKey[] = ['increments', 'bigIncrements', 'uuid', 'string']

/**
 * The time zone of the server
 */
function liveIn(zone: string) {
  const before = process.env.TZ
  process.env.TZ = zone
  Settings.resetCaches()
  return () => {
    if (before === undefined) {
      delete process.env.TZ
    } else {
      process.env.TZ = before
    }
    Settings.resetCaches()
  }
}

function setClock(moment: string) {
  const millis = DateTime.fromISO(moment).toMillis()
  Settings.now = () => millis
  return () => (Settings.now = () => Date.now())
}

/**
 * A database whose sessions are in a zone of their own
 */
async function createDatabaseIn(offset: '+09:00' | '-08:00') {
  const database = await createTestDatabase()
  if (dialect === 'sqlite') {
    return database
  }
  const statement =
    dialect === 'postgres'
      ? `set timezone = '${offset === '+09:00' ? 'Asia/Tokyo' : 'America/Los_Angeles'}'`
      : `set time_zone = '${offset}'`
  const afterCreate = (connection: any, done: (error: unknown, connection: unknown) => void) =>
    connection.query(statement, (error: unknown) => done(error, connection))
  return { ...database, connection: { ...database.connection, pool: { afterCreate } } }
}

/**
 * Somebody who was last seen at this moment, as the application writes it
 */
async function createGuestAt(app: TestApp, moment: string) {
  const user = (await app.guestUsers.create()) as any
  const guestModel = await app.guestUsers.guestModel()
  const guest = await guestModel.findOrFail(user.id)
  const date = DateTime.fromISO(moment).toLocal()
  await guest.merge({ createdAt: date, lastSeenAt: date }).save()
  return user.id as number
}

/**
 * Confirms, when there is anybody to delete
 */
async function confirm(operator: Operator, query: string) {
  const page = await operator.get(`${DELETE}?${query}`)
  if (page.text.includes('Nobody of your selection is deleted.')) {
    return []
  }
  const answer = await operator.send(page.text, DELETE)
  return messages((await operator.get(answer.location!)).text)
}

/**
 * The keys on all pages of a list
 */
async function readPages(operator: Operator, query: string) {
  const pages: string[][] = []
  let url: string | undefined = `${LIST}?${query}`
  while (url && pages.length < 20) {
    const { text } = await operator.get(url.replaceAll('&amp;', '&'))
    pages.push([...text.matchAll(/name="guests" value="([^"]+)"/g)].map(([, value]) => value))
    url = /<a href="([^"]+)" rel="next"/.exec(text)?.[1]
  }
  return pages
}

test.group('Admin pages: clocks', (group) => {
  group.each.teardown(() => {
    Settings.now = () => Date.now()
  })

  test('a server in {zone}, a database at {offset}')
    .with([
      { zone: 'America/New_York', offset: '+09:00' as const },
      { zone: 'Australia/Adelaide', offset: '-08:00' as const },
      { zone: 'Pacific/Kiritimati', offset: '-08:00' as const },
    ])
    .run(async ({ assert, cleanup }, { zone, offset }) => {
      cleanup(liveIn(zone))
      const database = await createDatabaseIn(offset)
      const app = await createAdminApp({ database })
      cleanup(async () => {
        await app.close()
        await database.drop()
      })
      const fresh = (await app.guestUsers.create()) as any
      const ids = await createGuests(app, [0.04, 0.06, 29.9, 30.1])
      const operator = await arriveAsOperator(app)

      const list = await operator.get(LIST)
      assert.include(list.text, `Times are in ${zone}.`)
      assert.match(list.text, /<span>(now|\d seconds? ago)<\/span>/)
      assert.include(list.text, 'in 30 days')
      assert.include(
        (await operator.get(`${LIST}?show=expired`)).text,
        '<caption>1 guest</caption>'
      )
      assert.include(
        (await operator.get(`${LIST}?show=active`)).text,
        '<caption>4 guests</caption>'
      )

      assert.deepEqual(await confirm(operator, 'all=1&older_than=30d'), ['1 guest was deleted.'])
      assert.isNull(await app.User.find(ids[3]))
      assert.deepEqual(await confirm(operator, 'all=1&older_than=1h'), ['2 guests were deleted.'])
      assert.isNotNull(await app.User.find(ids[0]))
      assert.deepEqual(await confirm(operator, `guests=${fresh.id}`), ['1 guest was deleted.'])
      assert.equal(await app.count('guests'), 1)
    })

  test('the night when the clocks go back: who might be younger stays', async ({
    assert,
    cleanup,
  }) => {
    cleanup(liveIn('Europe/Berlin'))
    const app = await createAdminApp({ guestUser: { maxAge: '1 hour' } })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    const before = await createGuestAt(app, '2026-10-24T22:00:00Z')
    const first = await createGuestAt(app, '2026-10-25T00:10:00Z')
    const second = await createGuestAt(app, '2026-10-25T01:10:00Z')
    const late = await createGuestAt(app, '2026-10-25T01:19:00Z')

    setClock('2026-10-25T01:20:00Z')
    assert.include((await operator.get(LIST)).text, '<caption>4 guests</caption>')
    await confirm(operator, 'all=1&older_than=30+minutes')
    assert.isNull(await app.User.find(before))
    assert.isNotNull(await app.User.find(second), '10 minutes old')
    assert.isNotNull(await app.User.find(late))
    await confirm(operator, 'all=1&show=active&older_than=5+minutes')
    assert.isNotNull(await app.User.find(late))

    // The next day, all is clear
    setClock('2026-10-26T12:00:00Z')
    await confirm(operator, 'all=1&older_than=1h')
    for (const id of [first, second, late]) {
      assert.isNull(await app.User.find(id))
    }
  })

  test('a confirmation from before the clocks go back, used afterwards', async ({
    assert,
    cleanup,
  }) => {
    cleanup(liveIn('Europe/Berlin'))
    const app = await createAdminApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    const old = await createGuestAt(app, '2026-10-24T22:00:00Z')

    setClock('2026-10-25T00:55:00Z')
    const page = await operator.get(`${DELETE}?all=1&older_than=5+minutes`)
    const back = await createGuestAt(app, '2026-10-25T01:05:00Z')
    setClock('2026-10-25T01:10:00Z')
    await operator.send(page.text, DELETE)
    assert.isNull(await app.User.find(old))
    assert.isNotNull(await app.User.find(back), 'came after the confirmation')
  })

  test('the night when the clocks go forward', async ({ assert, cleanup }) => {
    cleanup(liveIn('Europe/Berlin'))
    const app = await createAdminApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    const old = await createGuestAt(app, '2026-03-29T00:30:00Z')
    const young = await createGuestAt(app, '2026-03-29T01:05:00Z')

    setClock('2026-03-29T01:20:00Z')
    assert.equal((await operator.get(LIST)).status, 200)
    assert.deepEqual(await confirm(operator, 'all=1&older_than=30+minutes'), [
      '1 guest was deleted.',
    ])
    assert.isNull(await app.User.find(old))
    assert.isNotNull(await app.User.find(young))
  })

  test('many guests of the same moment are on one page each: {key}')
    .with(KEYS.map((key) => ({ key })))
    .run(async ({ assert, cleanup }, { key }) => {
      const app = await createAdminApp({ userKey: key })
      cleanup(() => app.close())
      for (let count = 0; count < 110; count++) {
        await app.guestUsers.create()
      }
      const rows = await app.db.from('guests').select('user_id')
      const ids = rows.map((row) => String(row.user_id)).sort()
      await app.expireGuests()
      const operator = await arriveAsOperator(app)

      for (const sort of ['created', '-created', 'seen', '-seen']) {
        const pages = await readPages(operator, `sort=${sort}`)
        assert.deepEqual(
          pages.map((page) => page.length),
          [50, 50, 10]
        )
        assert.deepEqual(pages.flat().sort(), ids)
      }
    })

  test('guests a few microseconds apart', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      Array.from({ length: 120 }, () => 40)
    )
    if (dialect === 'postgres') {
      await app.db.rawQuery(
        `update guests set created_at = created_at + (1000120 - user_id) * interval '1 microsecond'`
      )
    }
    const operator = await arriveAsOperator(app)
    const pages = await readPages(operator, 'sort=created')
    assert.deepEqual(pages.flat().map(Number).sort(), ids)
    assert.lengthOf(pages, 3)
  })

  test('an age beyond all clocks: {maxAge}')
    .with(
      ['60 years', '3000 years', `${Number.MAX_SAFE_INTEGER} seconds`].map((maxAge) => ({ maxAge }))
    )
    .run(async ({ assert, cleanup }, { maxAge }) => {
      const app = await createAdminApp({ guestUser: { maxAge } })
      cleanup(() => app.close())
      const [id] = await createGuests(app, [40, 1])
      const operator = await arriveAsOperator(app)

      assert.include((await operator.get(LIST)).text, '<caption>2 guests</caption>')
      assert.include(
        (await operator.get(`${LIST}?show=active`)).text,
        '<caption>2 guests</caption>'
      )
      assert.include((await operator.get(`${LIST}?show=expired`)).text, 'No guest matches.')
      assert.equal((await operator.get(`${LIST}/${id}`)).status, 200)
      const page = await operator.get(`${DELETE}?all=1&show=expired&older_than=1d`)
      assert.include(page.text, 'Nobody of your selection is deleted.')
      assert.deepEqual(await confirm(operator, 'all=1&older_than=30d'), ['1 guest was deleted.'])
    })
})
