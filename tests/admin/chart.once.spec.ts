import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import { readListPage } from '../app/list_page.ts'
import { insertGuests } from '../app/guest_rows.ts'
import {
  arriveAsOperator,
  countGuestsPerDay,
  createAdminApp,
  createGuests,
} from '../app/admin_app.ts'

const LIST = '/admin/guests'

const isOfChart = (sql: string) => sql.includes('day_0')

test.group('Admin chart', (group) => {
  group.each.timeout(60_000)
  group.each.teardown(() => {
    Settings.now = () => Date.now()
    Settings.defaultZone = 'system'
  })

  test('shows each day with its number, and says the busiest', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const today = DateTime.now().startOf('day')
    const day = (ago: number) => today.minus({ days: ago })
    const moments = [day(0), day(3), day(3).plus({ hours: 23 }), day(29), day(30)]
    await insertGuests(
      app,
      moments.map((moment) => ({ createdAt: moment, lastSeenAt: moment }))
    )
    const operator = await arriveAsOperator(app)
    await countGuestsPerDay(app)

    const { text } = await operator.get(LIST)
    const { days } = readListPage(text)
    assert.lengthOf(days, 30)
    const name = (ago: number) =>
      day(ago).setLocale('en').toLocaleString({ month: 'short', day: 'numeric' })
    assert.deepEqual(
      days,
      Array.from({ length: 30 }, (_, index) => {
        const ago = 29 - index
        return [name(ago), { 0: '1', 3: '2', 29: '1' }[ago] ?? '0']
      })
    )
    assert.include(text, `aria-label="4 guests in 30 days; the most on ${name(3)}: 2."`)

    const heights = [...text.matchAll(/guest-user-bar-value"[^>]* height="([\d.]+)"/g)]
    assert.deepEqual(
      heights.map(([, height]) => Number(height)),
      Array.from({ length: 30 }, (_, index) => ({ 29: 60, 26: 120, 0: 60 })[index] ?? 0)
    )
  })

  test('is counted in one query, which the next pages can do without', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [1, 2])
    const operator = await arriveAsOperator(app)
    const show = async () => readListPage((await operator.get(LIST)).text)

    const counting = await app.queries.during(async () => {
      await show()
      await countGuestsPerDay(app)
    })
    assert.lengthOf(counting.filter(isOfChart), 1)
    await app.guestUsers.create()
    let page = await show()
    const cached = await app.queries.during(async () => (page = await show()))
    assert.lengthOf(cached.filter(isOfChart), 0)
    assert.equal(sum(page.days), 2)
    assert.equal(page.tabs.all, '3')
  })

  test('is counted once, and rests for half a minute', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const counts = async () =>
      (await app.queries.during(() => countGuestsPerDay(app))).filter(isOfChart).length
    const clock = windClock(cleanup)

    assert.equal(await counts(), 1)
    clock.forward(29_000)
    assert.equal(await counts(), 0)
    clock.forward(1500)
    assert.equal(await counts(), 1)
    assert.equal(await counts(), 0)
  })

  test('rests for a hundred times as long as the count took', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const clock = windClock(cleanup)
    app.emitter.on('db:query', ({ sql }) => void (isOfChart(sql) && clock.forward(1000)))
    const counts = async () =>
      (await app.queries.during(() => countGuestsPerDay(app))).filter(isOfChart).length

    assert.equal(await counts(), 1)
    clock.forward(98_000)
    assert.equal(await counts(), 0)
    clock.forward(4000)
    assert.equal(await counts(), 1)
  })

  test('that cannot be counted is missing, and is not tried by each page', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const clock = windClock(cleanup)
    const counts = async () =>
      (await app.queries.during(() => countGuestsPerDay(app))).filter(isOfChart).length

    await app.db.rawQuery('alter table guests rename to elsewhere')
    assert.equal(await counts(), 1)
    assert.isUndefined(await countGuestsPerDay(app))
    clock.forward(29_000)
    assert.equal(await counts(), 0)
    await app.db.rawQuery('alter table elsewhere rename to guests')
    clock.forward(1500)
    assert.equal(await counts(), 1)
    assert.lengthOf((await countGuestsPerDay(app))!.days, 30)
  })

  test('is counted anew after a deletion', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [, second] = await createGuests(app, [1, 2, 3])
    const operator = await arriveAsOperator(app)
    const show = async () => readListPage((await operator.get(LIST)).text)
    await countGuestsPerDay(app)
    assert.equal(sum((await show()).days), 3)

    const confirmation = `${LIST}/delete?guests=${second}`
    const { location } = await operator.press(confirmation, `${LIST}/delete`)
    await countGuestsPerDay(app)
    const { text } = await operator.get(location!)
    assert.equal(sum(readListPage(text).days), 2)
    assert.equal(sum((await show()).days), 2)
  })
})

function sum(days: [string, string][]): number {
  return days.reduce((total, [, guests]) => total + Number(guests), 0)
}

/**
 * The clock that is not that of the calendar
 */
function windClock(cleanup: (restore: () => void) => void) {
  const now = performance.now.bind(performance)
  let ahead = 0
  performance.now = () => now() + ahead
  cleanup(() => void (performance.now = now))
  return { forward: (milliseconds: number) => void (ahead += milliseconds) }
}
