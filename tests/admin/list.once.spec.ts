import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { FIRST_ID, insertGuests, renameGuests } from '../app/guest_rows.ts'
import {
  arriveAsOperator,
  countGuestsPerDay,
  createAdminApp,
  createGuests,
} from '../app/admin_app.ts'
import { idsOf, openList } from '../app/list_page.ts'

test.group('Admin list: contents', (group) => {
  group.each.timeout(60_000)

  test('called by the first name they have, or as "admin.label" says', async ({ assert }) => {
    const labels = async (label?: (user: any) => any) => {
      const app = await createAdminApp({ guestUser: { admin: { label } } })
      try {
        await createGuests(app, [1, 2, 3])
        await renameGuests(app, 'full_name', ['Ann', ''])
        const { rows } = await openList(await arriveAsOperator(app))
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

    const { rows } = await openList(await arriveAsOperator(app))
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
    await countGuestsPerDay(app)

    const page = await openList(operator)
    assert.equal(page.emptiness, 'There are no guests yet.')
    assert.deepEqual(page.tabs, { all: '0', active: '0', expired: '0' })
    assert.lengthOf(page.days, 30)
    assert.isTrue(page.days.every(([, guests]) => guests === '0'))
    for (const query of ['?show=expired', '?show=older&age=1+day', '?search=7', '?sort=seen']) {
      assert.deepEqual((await openList(operator, query)).rows, [])
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
      assert.deepEqual(
        idsOf(await openList(await arriveAsOperator(app), query)),
        order(...expected)
      )
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
      const { rows, sorts } = await openList(operator, '?show=older&age=12+hours')
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

    const page = await openList(operator)
    assert.equal(page.sorts.created.direction, 'descending')
    assert.equal(page.sorts.seen.direction, 'none')

    const oldest = await openList(operator, page.sorts.created.url)
    assert.deepEqual(idsOf(oldest), order(2, 3, 0, 1))
    assert.equal(oldest.sorts.created.direction, 'ascending')
    assert.deepEqual(idsOf(await openList(operator, oldest.sorts.created.url)), order(1, 0, 3, 2))

    const seen = await openList(operator, oldest.sorts.seen.url)
    assert.deepEqual(idsOf(seen), order(0, 1, 3, 2))
    assert.deepEqual(idsOf(await openList(operator, seen.sorts.seen.url)), order(2, 3, 1, 0))
  })
})
