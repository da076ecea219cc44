import fc from 'fast-check'
import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import { anyAge, anyGuests, anyMoment, held, MAX_AGE } from '../app/random_ages.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests } from '../app/guest_rows.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

interface World {
  now: number
  olderThan?: number
  batchSize: number
  limit?: number
  cleaners: number
  guests: { seenAgo: number; stayed: number }[]
}

const world: fc.Arbitrary<World> = fc.record(
  {
    now: anyMoment,
    olderThan: fc.oneof(
      fc.constant(HOUR),
      anyAge.map((age) => Math.max(Math.round(age / SECOND), 1) * SECOND)
    ),
    batchSize: fc.integer({ min: 1, max: 30 }),
    limit: fc.integer({ min: 1, max: 20 }),
    cleaners: fc.integer({ min: 1, max: 3 }),
    guests: anyGuests,
  },
  { requiredKeys: ['now', 'batchSize', 'cleaners', 'guests'] }
)

/**
 * The model: who goes, the oldest first
 */
function whoGoes({ now, olderThan = MAX_AGE, limit, guests }: World, expireBy: string) {
  const cutoff = held(now - olderThan)
  const moment = ({ seenAgo, stayed }: World['guests'][number]) =>
    held(now - seenAgo - (expireBy === 'createdAt' ? stayed : 0))
  return guests
    .map((guest, index) => ({ id: FIRST_ID + index, moment: moment(guest) }))
    .filter((guest) => guest.moment < cutoff)
    .toSorted((one, other) => one.moment - other.moment || one.id - other.id)
    .slice(0, limit)
    .map(({ id }) => id)
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

const idsOf = async (app: TestApp, table: string, column: string) =>
  (await app.db.from(table).select(`${column} as id`).orderBy(column)).map(({ id }) => Number(id))

test.group('Cleanup, any world', (group) => {
  group.each.timeout(60_000)
  group.each.teardown(() => {
    Settings.now = () => Date.now()
  })

  test('exactly the expired guests go, counted by {$self}')
    .with(['lastSeenAt', 'createdAt'] as const)
    .run(async ({ assert, cleanup }, expireBy) => {
      const app = await createTestApp({ guestUser: { maxAge: '2 hours', expireBy } })
      cleanup(() => app.close())
      const { id: regular }: any = await app.User.create({ email: 'ann@x.test', password: 'ann' })
      let told: number[] = []
      app.emitter.on('guest_user:deleted', ({ userIds }) => void told.push(...userIds.map(Number)))

      await fc.assert(
        fc.asyncProperty(world, async (worldNow) => {
          await build(app, worldNow)
          Settings.now = () => worldNow.now
          told = []

          const { batchSize, cleaners } = worldNow
          const olderThan =
            worldNow.olderThan === undefined ? undefined : `${worldNow.olderThan / SECOND} seconds`
          // Several cleaners would each delete as many as the limit says
          const limit = cleaners === 1 ? worldNow.limit : undefined
          const gone = whoGoes({ ...worldNow, limit }, expireBy)
          const { expired } = await app.guestUsers.cleanup({ olderThan, dryRun: true })
          const results = await Promise.all(
            Array.from({ length: cleaners }, () =>
              app.guestUsers.cleanup({ olderThan, batchSize, limit })
            )
          )

          const stay = worldNow.guests
            .map((_, index) => FIRST_ID + index)
            .filter((id) => !gone.includes(id))
          assert.deepEqual(await idsOf(app, 'users', 'id'), [regular, ...stay])
          assert.deepEqual(await idsOf(app, 'guests', 'user_id'), stay)
          assert.deepEqual(await idsOf(app, 'notes', 'user_id'), stay)
          assert.sameMembers(told, gone)
          assert.equal(
            results.reduce((sum, { deleted }) => sum + deleted, 0),
            gone.length
          )
          assert.equal(expired, whoGoes({ ...worldNow, limit: undefined }, expireBy).length)
        }),
        { numRuns: 100 }
      )
    })
})
