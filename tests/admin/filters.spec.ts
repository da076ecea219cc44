import fc from 'fast-check'
import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import type { TestApp } from '../app/test_app.ts'
import { readListPage } from '../app/list_page.ts'
import { anyGuests, anyMoment, held, MAX_AGE } from '../app/random_ages.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp } from '../app/admin_app.ts'

const LIST = '/admin/guests'
const SECOND = 1000
const HOUR = 3600 * SECOND

interface World {
  now: number
  olderThan: number
  guests: { seenAgo: number; stayed: number }[]
}

const world: fc.Arbitrary<World> = fc.record({
  now: anyMoment,
  olderThan: fc.oneof(fc.constant(HOUR), fc.integer({ min: SECOND, max: 4 * HOUR })).map(
    // Ages are typed in seconds
    (milliseconds) => Math.floor(milliseconds / SECOND) * SECOND
  ),
  guests: anyGuests,
})

/**
 * The model: whom each filter shows
 */
function whoIsShown({ now, olderThan, guests }: World, expireBy: string) {
  const ids = (isShown: (moment: number) => boolean) =>
    guests.flatMap(({ seenAgo, stayed }, index) => {
      const moment = held(now - seenAgo - (expireBy === 'createdAt' ? stayed : 0))
      return isShown(moment) ? [FIRST_ID + index] : []
    })
  return {
    all: ids(() => true),
    active: ids((moment) => moment >= held(now - MAX_AGE)),
    expired: ids((moment) => moment < held(now - MAX_AGE)),
    older: ids((moment) => moment < held(now - olderThan)),
  }
}

async function build(app: TestApp, { now, guests }: World) {
  await app.db.from('users').where('id', '>=', FIRST_ID).delete()
  await insertGuests(
    app,
    guests.map(({ seenAgo, stayed }) => ({
      createdAt: DateTime.fromMillis(now - seenAgo - stayed),
      lastSeenAt: DateTime.fromMillis(now - seenAgo),
    }))
  )
}

test.group('Admin list: filters', (group) => {
  group.each.timeout(120_000)
  group.each.teardown(() => {
    Settings.now = () => Date.now()
  })

  test('show exactly those of an age, and count them, by {$self}')
    .with(['lastSeenAt', 'createdAt'] as const)
    .run(async ({ assert, cleanup }, expireBy) => {
      const app = await createAdminApp({ guestUser: { maxAge: '2 hours', expireBy } })
      cleanup(() => app.close())
      const operator = await arriveAsOperator(app)

      await fc.assert(
        fc.asyncProperty(world, async (worldNow) => {
          await build(app, worldNow)
          Settings.now = () => worldNow.now

          const shown = whoIsShown(worldNow, expireBy)
          for (const [show, ids] of Object.entries(shown)) {
            const age = show === 'older' ? `&age=${worldNow.olderThan / SECOND}+seconds` : ''
            const { text } = await operator.get(`${LIST}?show=${show}${age}`)
            const page = readListPage(text)
            assert.sameMembers(
              page.rows.map(({ id }) => Number(id)),
              ids
            )
            assert.deepEqual(page.tabs, {
              all: String(shown.all.length),
              active: String(shown.active.length),
              expired: String(shown.expired.length),
            })
            assert.equal(page.current, show === 'older' ? undefined : show)
            assert.equal(
              page.caption,
              ids.length === 0 ? undefined : `${ids.length} guest${ids.length === 1 ? '' : 's'}`
            )
          }
        }),
        { numRuns: 40 }
      )
    })

  test('numbers end at 10,000', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await insertGuests(app, longAgo(10_000))
    const operator = await arriveAsOperator(app)
    const read = async () => readListPage((await operator.get(`${LIST}?show=expired`)).text)

    const exact = await read()
    assert.deepEqual(exact.tabs, { all: '10,000', active: '0', expired: '10,000' })
    assert.equal(exact.caption, '10,000 guests')

    await app.guestUsers.create()
    const mixed = await read()
    assert.deepEqual(mixed.tabs, { all: '10,000+', active: '1', expired: '10,000' })
    assert.equal(mixed.caption, '10,000 guests')

    await app.expireGuests()
    const more = await read()
    assert.deepEqual(more.tabs, { all: '10,000+', active: '0', expired: '10,000+' })
    assert.equal(more.caption, '10,000+ guests')
  })
})
