import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import type { TestApp } from '../app/test_app.ts'
import { readListPage } from '../app/list_page.ts'
import { FIRST_ID, insertGuests } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp, createGuests, type Operator } from '../app/admin_app.ts'

const LIST = '/admin/guests'

async function open(operator: Operator, query = '') {
  const { status, text } = await operator.get(query.startsWith('/') ? query : `${LIST}${query}`)
  if (status !== 200) {
    throw new Error(`${query} answers ${status}`)
  }
  return readListPage(text)
}

const idsOf = ({ rows }: { rows: { id: string }[] }) => rows.map(({ id }) => Number(id))

/**
 * Gives guests names of their own, in the order of their ids
 */
async function name({ db }: TestApp, column: string, values: string[]) {
  for (const [index, value] of values.entries()) {
    await db
      .from('users')
      .where('id', FIRST_ID + index)
      .update({ [column]: value })
  }
}

test.group('Admin list: contents', (group) => {
  group.each.timeout(60_000)

  test('the newest first, with their dates and links', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [old, fresh, middle] = await createGuests(app, [40, 0.5, 3])
    await name(app, 'full_name', ['Old', 'Fresh', 'Middle'])
    const operator = await arriveAsOperator(app)

    const page = await open(operator)
    assert.deepEqual(
      page.rows.map(({ id, label, url, isExpired }) => ({ id: Number(id), label, url, isExpired })),
      [
        { id: fresh, label: 'Fresh', url: `${LIST}/${fresh}`, isExpired: false },
        { id: middle, label: 'Middle', url: `${LIST}/${middle}`, isExpired: false },
        { id: old, label: 'Old', url: `${LIST}/${old}`, isExpired: true },
      ]
    )
    assert.equal(page.caption, '3 guests')
    assert.deepEqual(page.tabs, { all: '3', active: '2', expired: '1' })
    assert.equal(page.current, 'all')
    assert.deepEqual([page.previous, page.next, page.first], [undefined, undefined, undefined])
    assert.deepEqual(page.problems, [])
  })

  test('when {expireBy} is too old, they expire')
    .with([
      { expireBy: 'lastSeenAt', expires: 29 },
      { expireBy: 'createdAt', expires: -10 },
    ] as const)
    .run(async ({ assert, cleanup }, { expireBy, expires }) => {
      const app = await createAdminApp({ guestUser: { expireBy } })
      cleanup(() => app.close())
      const now = DateTime.now().startOf('second')
      await insertGuests(app, [
        { createdAt: now.minus({ days: 40 }), lastSeenAt: now.minus({ days: 1 }) },
      ])
      const {
        rows: [row],
      } = await open(await arriveAsOperator(app))

      const daysFromNow = (moment: string) => DateTime.fromISO(moment).diff(now).as('days')
      assert.equal(daysFromNow(row.createdAt), -40)
      assert.equal(daysFromNow(row.lastSeenAt), -1)
      assert.equal(daysFromNow(row.expiresAt), expires)
      assert.equal(row.isExpired, expires < 0)
    })

  test('regular users are in no list, and no number', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [guest] = await createGuests(app, [1])
    await app.User.create({ id: 2_000_000, email: 'ann@x.test', password: 'secret12' })
    const operator = await arriveAsOperator(app)

    assert.deepEqual(idsOf(await open(operator)), [guest])
    for (const query of ['?search=2000000', '?search=ann']) {
      const page = await open(operator, query)
      assert.deepEqual(page.rows, [])
      assert.equal(page.emptiness, 'No guest matches.')
    }
  })

  test('called by the first name they have, or as "admin.label" says', async ({ assert }) => {
    const labels = async (label?: (user: any) => any) => {
      const app = await createAdminApp({ guestUser: { admin: { label } } })
      try {
        await createGuests(app, [1, 2, 3])
        await name(app, 'full_name', ['Ann', ''])
        const { rows } = await open(await arriveAsOperator(app))
        return rows.map((row) => row.label)
      } finally {
        await app.close()
      }
    }

    const [first, second, third] = [0, 1, 2].map((index) => FIRST_ID + index)
    assert.deepEqual(await labels(), ['Ann', `${second}@guest.invalid`, `${third}@guest.invalid`])
    assert.deepEqual(await labels((user) => `no. ${user.id}`), [
      `no. ${first}`,
      `no. ${second}`,
      `no. ${third}`,
    ])
    assert.deepEqual(await labels((user) => [' ', 7, undefined][user.id - FIRST_ID]), [
      `User ${first}`,
      `User ${second}`,
      `${third}@guest.invalid`,
    ])
  })

  test('users whom a scope of their model hides are listed by their id', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [shown, hidden] = await createGuests(app, [1, 2])
    app.User.before('fetch', (query) => void query.whereNot('id', hidden))

    const { rows } = await open(await arriveAsOperator(app))
    assert.deepEqual(
      rows.map(({ id, label }) => [Number(id), label]),
      [
        [shown, `${shown}@guest.invalid`],
        [hidden, `User ${hidden}`],
      ]
    )
  })

  test('nobody', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)

    const page = await open(operator)
    assert.equal(page.emptiness, 'There are no guests yet.')
    assert.deepEqual(page.tabs, { all: '0', active: '0', expired: '0' })
    assert.lengthOf(page.days, 30)
    assert.isTrue(page.days.every(([, guests]) => guests === '0'))
    for (const query of ['?show=expired', '?show=older&age=1+day', '?search=7', '?sort=seen']) {
      assert.deepEqual((await open(operator, query)).rows, [])
    }
  })
})

test.group('Admin list: queries', (group) => {
  group.each.timeout(60_000)

  test('{guests} guests: {first} for the first page, {later} for those after it')
    .with([
      // The operator, the guests, the numbers and the chart
      { guests: 0, first: 4, later: 3 },
      // And the users
      { guests: 1, first: 5, later: 4 },
      { guests: 50, first: 5, later: 4 },
      { guests: 120, first: 5, later: 4 },
    ])
    .run(async ({ assert, cleanup }, { guests, first, later }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(
        app,
        Array.from({ length: guests }, (_, index) => index)
      )
      const operator = await arriveAsOperator(app)
      const queries = (query: string) => app.queries.during(() => open(operator, query))

      assert.lengthOf(await queries(''), first)
      const { next } = await open(operator)
      for (const query of ['', '?sort=seen', '?show=active', next ?? '']) {
        assert.lengthOf(await queries(query), later, query)
      }
    })
})

test.group('Admin list: order', (group) => {
  group.each.timeout(60_000)

  /**
   * Each order would be another one
   */
  async function createApp(options = {}) {
    const app = await createAdminApp(options)
    const now = DateTime.now()
    const ago = (created: number, seen: number) => ({
      createdAt: now.minus({ days: created }),
      lastSeenAt: now.minus({ days: seen }),
    })
    await insertGuests(app, [ago(50, 1), ago(2, 2), ago(60, 59), ago(55, 40)])
    return app
  }
  const order = (...indexes: number[]) => indexes.map((index) => FIRST_ID + index)

  test('{query}')
    .with([
      { query: '', expected: [1, 0, 3, 2] },
      { query: '?sort=-created', expected: [1, 0, 3, 2] },
      { query: '?sort=created', expected: [2, 3, 0, 1] },
      { query: '?sort=-seen', expected: [0, 1, 3, 2] },
      { query: '?sort=seen', expected: [2, 3, 1, 0] },
      { query: '?sort=password', expected: [1, 0, 3, 2] },
      { query: '?sort=constructor', expected: [1, 0, 3, 2] },
      { query: '?sort[]=seen', expected: [1, 0, 3, 2] },
      { query: '?show=active', expected: [0, 1] },
      { query: '?show=active&sort=created', expected: [0, 1] },
      { query: '?show=active&sort=-created', expected: [1, 0] },
      { query: '?show=expired', expected: [3, 2] },
      { query: '?show=expired&sort=seen', expected: [2, 3] },
      { query: '?search=1&sort=seen', expected: [2, 3, 1, 0] },
      { query: '?search=1&show=active&sort=created', expected: [0, 1] },
    ])
    .run(async ({ assert, cleanup }, { query, expected }) => {
      const app = await createApp()
      cleanup(() => app.close())
      assert.deepEqual(idsOf(await open(await arriveAsOperator(app), query)), order(...expected))
    })

  test('a list with an age is in the order of what ages are counted from: {expireBy}')
    .with([
      { expireBy: 'lastSeenAt', expected: [0, 1, 3, 2], sorted: 'seen' },
      { expireBy: 'createdAt', expected: [1, 0, 3, 2], sorted: 'created' },
    ] as const)
    .run(async ({ assert, cleanup }, { expireBy, expected, sorted }) => {
      const app = await createApp({ guestUser: { expireBy } })
      cleanup(() => app.close())
      const operator = await arriveAsOperator(app)
      const { rows, sorts } = await open(operator, '?show=older&age=12+hours')
      assert.deepEqual(idsOf({ rows }), order(...expected))
      assert.equal(sorts[sorted].direction, 'descending')
    })

  test('each heading sorts by its column, and turns the order round', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)

    const page = await open(operator)
    assert.equal(page.sorts.created.direction, 'descending')
    assert.equal(page.sorts.seen.direction, 'none')

    const oldest = await open(operator, page.sorts.created.url)
    assert.deepEqual(idsOf(oldest), order(2, 3, 0, 1))
    assert.equal(oldest.sorts.created.direction, 'ascending')
    assert.deepEqual(idsOf(await open(operator, oldest.sorts.created.url)), order(1, 0, 3, 2))

    const seen = await open(operator, oldest.sorts.seen.url)
    assert.deepEqual(idsOf(seen), order(0, 1, 3, 2))
    assert.deepEqual(idsOf(await open(operator, seen.sorts.seen.url)), order(2, 3, 1, 0))
  })

  test('who came in the same moment is in the order of the keys', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const moment = DateTime.now().minus({ days: 1 })
    await insertGuests(
      app,
      Array.from({ length: 60 }, () => ({ createdAt: moment, lastSeenAt: moment }))
    )
    const operator = await arriveAsOperator(app)

    const ids = Array.from({ length: 60 }, (_, index) => FIRST_ID + index)
    const first = await open(operator, '?sort=created')
    const second = await open(operator, first.next)
    assert.deepEqual([...idsOf(first), ...idsOf(second)], ids)
    assert.deepEqual(idsOf(await open(operator, second.previous)), idsOf(first))
    assert.deepEqual(idsOf(await open(operator)), ids.toReversed().slice(0, 50))
  })
})
