import fc from 'fast-check'
import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import type { TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

const LIST = '/admin/guests'
const HOUR = 3600 * 1000

/**
 * Milliseconds. Longer than a count takes on a busy machine
 */
const PATIENCE = 60_000

const isOfChart = (sql: string) => sql.includes('day_0')

async function insert(app: TestApp, moments: DateTime[]) {
  await app.db.from('users').where('id', '>=', FIRST_ID).delete()
  await insertGuests(
    app,
    moments.map((moment) => ({ createdAt: moment, lastSeenAt: moment }))
  )
}

test.group('Admin chart', (group) => {
  group.each.timeout(60_000)
  group.each.teardown(() => {
    Settings.now = () => Date.now()
    Settings.defaultZone = 'system'
  })

  /**
   * Days have 23, 25 and 24 hours in these zones at these times; the last one
   * has no midnight on its day of 23 hours
   */
  test('days begin at midnight in {zone}, on {today}')
    .with([
      { zone: 'Europe/Berlin', today: '2026-04-10T12:00' },
      { zone: 'Europe/Berlin', today: '2026-03-29T23:30' },
      { zone: 'Europe/Berlin', today: '2026-11-02T00:00' },
      { zone: 'America/New_York', today: '2026-11-10T06:00' },
      { zone: 'Asia/Kolkata', today: '2026-01-01T04:00' },
      { zone: 'Africa/Cairo', today: '2026-05-05T10:00' },
    ])
    .run(async ({ assert, cleanup }, { zone, today }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      Settings.defaultZone = zone
      const now = DateTime.fromISO(today)
      Settings.now = () => now.toMillis()
      const { history } = await app.guestUsers.engine.loadInventory()
      const firstDay = now.startOf('day').minus({ days: 29 })

      const millisecondsAgo = fc.oneof(
        fc.integer({ min: 0, max: 31 * 24 * HOUR }),
        // Around midnight
        fc
          .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -2 * HOUR, max: 2 * HOUR }))
          .map(([days, off]) => now.diff(now.startOf('day').minus({ days })).toMillis() + off)
          .filter((milliseconds) => milliseconds >= 0)
      )
      await fc.assert(
        fc.asyncProperty(fc.array(millisecondsAgo, { maxLength: 60 }), async (ages) => {
          const moments = ages.map((age) => now.minus(age).startOf('second'))
          await insert(app, moments)
          history.forget()
          const { days } = (await history.read(PATIENCE))!

          const model = Array.from({ length: 30 }, (_, index) => {
            const day = firstDay.plus({ days: index }).toISODate()
            return [day, moments.filter((moment) => moment.toISODate() === day).length]
          })
          assert.deepEqual(
            days.map(({ day, total }) => [day.toISODate(), total]),
            model
          )
        }),
        { numRuns: 15 }
      )
    })

  test('is counted anew after a deletion during a count', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(app, [1, 2, 3])
    const inventory = await app.guestUsers.engine.loadInventory()

    const counting = inventory.history.read(PATIENCE)
    inventory.history.forget()
    await counting
    await app.db.from('guests').where('user_id', ids[0]).delete()
    const { days } = (await inventory.history.read(PATIENCE))!
    assert.equal(
      days.reduce((total, day) => total + day.total, 0),
      2
    )
  })

  test('many pages at once wait for the same count', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [1, 2, 3])
    const operators = [await arriveAsOperator(app), await arriveAsOperator(app)]
    const show = () =>
      Promise.all([...operators, ...operators].map((operator) => operator.get(LIST)))
    assert.lengthOf((await app.queries.during(show)).filter(isOfChart), 1)
  })
})
