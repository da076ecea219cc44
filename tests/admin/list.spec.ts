import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { FIRST_ID, insertGuests, renameGuests } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'
import { idsOf, openList } from '../app/list_page.ts'

const LIST = '/admin/guests'

test.group('Admin list: contents', (group) => {
  group.each.timeout(60_000)

  test('the newest first, with their dates and links', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [old, fresh, middle] = await createGuests(app, [40, 0.5, 3])
    await renameGuests(app, 'full_name', ['Old', 'Fresh', 'Middle'])
    const operator = await arriveAsOperator(app)

    const page = await openList(operator)
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
      } = await openList(await arriveAsOperator(app))

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

    assert.deepEqual(idsOf(await openList(operator)), [guest])
    for (const query of ['?search=2000000', '?search=ann']) {
      const page = await openList(operator, query)
      assert.deepEqual(page.rows, [])
      assert.equal(page.emptiness, 'No guest matches.')
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
      const queries = (query: string) => app.queries.during(() => openList(operator, query))

      assert.lengthOf(await queries(''), first)
      const { next } = await openList(operator)
      for (const query of ['', '?sort=seen', '?show=active', next ?? '']) {
        assert.lengthOf(await queries(query), later, query)
      }
    })
})

test.group('Admin list: order', (group) => {
  group.each.timeout(60_000)

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
    const first = await openList(operator, '?sort=created')
    const second = await openList(operator, first.next)
    assert.deepEqual([...idsOf(first), ...idsOf(second)], ids)
    assert.deepEqual(idsOf(await openList(operator, second.previous)), idsOf(first))
    assert.deepEqual(idsOf(await openList(operator)), ids.toReversed().slice(0, 50))
  })
})
