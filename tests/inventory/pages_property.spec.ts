import fc from 'fast-check'
import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import { randomUUID } from 'node:crypto'

import { dialect } from '../app/test_database.ts'
import type { UserKey } from '../app/user_model.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import type { GuestOrder, GuestPage } from '../../src/inventory/guest_list.ts'

/**
 * Pages. There are fewer guests
 */
const LONGEST_WALK = 200

type Direction = 'forth' | 'back'

/**
 * Between two pages
 */
interface Change {
  arriving: Moments[]

  /**
   * Parts of all guests: those at these places in the order of their keys go
   */
  leaving: number[]
}

/**
 * Seconds, of which there are few: many guests came in the same one
 */
interface Moments {
  created: number
  stayed: number

  /**
   * Microseconds, where the database has them
   */
  micros: number
}

interface World {
  order: GuestOrder
  size: number
  guests: Moments[]
  legs: { direction: Direction; changes: Change[] }[]
}

const moments: fc.Arbitrary<Moments> = fc.record({
  created: fc.integer({ min: 0, max: 5 }),
  stayed: fc.integer({ min: 0, max: 3 }),
  micros: fc.constantFrom(0, 0, 0, 1, 999, 1000, 999_999),
})
const change: fc.Arbitrary<Change> = fc.record({
  arriving: fc.array(moments, { maxLength: 3 }),
  leaving: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    maxLength: 3,
  }),
})
const world: fc.Arbitrary<World> = fc.record({
  order: fc.record({
    by: fc.constantFrom('createdAt', 'lastSeenAt'),
    direction: fc.constantFrom('asc', 'desc'),
  }),
  size: fc.integer({ min: 1, max: 7 }),
  guests: fc.array(moments, { maxLength: 40 }),
  legs: fc
    .array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 4 })
    // There and back again
    .map((legs) =>
      legs.map((changes, index) => ({ direction: index % 2 ? 'back' : 'forth', changes }))
    ),
})

/**
 * The guests of a test, and who of them is there
 */
class Crowd {
  #app: TestApp
  #userKey: UserKey
  #nextId = 1
  present = new Set<string>()

  constructor(app: TestApp, userKey: UserKey) {
    this.#app = app
    this.#userKey = userKey
  }

  async clear() {
    await this.#app.db.from('users').delete()
    this.present.clear()
  }

  async arrive(arriving: Moments[]) {
    if (arriving.length === 0) {
      return
    }
    const rows = arriving.map((guest) => ({ ...guest, id: this.#newId() }))
    const { db } = this.#app
    await db
      .table('users')
      .multiInsert(rows.map(({ id }) => ({ id, email: `${id}@guest.invalid`, password: '-' })))
    await db.table('guests').multiInsert(
      rows.map(({ id, created, stayed, micros }) => ({
        user_id: id,
        created_at: text(created, micros),
        last_seen_at: text(created + stayed, micros),
      }))
    )
    rows.forEach(({ id }) => this.present.add(String(id)))
  }

  async leave(parts: number[]) {
    const everybody = [...this.present].toSorted()
    const leaving = new Set(parts.map((part) => everybody[Math.floor(part * everybody.length)]))
    leaving.delete(undefined as never)
    await this.#app.db
      .from('users')
      .whereIn('id', [...leaving])
      .delete()
    leaving.forEach((id) => this.present.delete(id))
  }

  /**
   * Keys in any order: some before, some behind those that are there
   */
  #newId(): string | number {
    const number = this.#nextId
    this.#nextId += 1
    switch (this.#userKey) {
      case 'uuid':
        return randomUUID()
      case 'string':
        return `${'aBc-_.é'[number % 7]}${number % 10}${'Zz'[number % 2]}${number}`
      default:
        return (number * 7919) % 1_000_003
    }
  }
}

function text(seconds: number, micros: number): string {
  const second = DateTime.utc(2026, 1, 1).plus({ seconds }).toFormat('yyyy-MM-dd HH:mm:ss')
  return dialect === 'postgres' ? `${second}.${String(micros).padStart(6, '0')}+00` : second
}

test.group('Admin list, any walk through its pages', (group) => {
  group.each.timeout(120_000)

  test('shows who stays once in each direction; keys: {$self}')
    .with(['increments', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createTestApp({ userKey })
      cleanup(() => app.close())
      const crowd = new Crowd(app, userKey)
      const inventory = await app.guestUsers.engine.loadInventory()

      await fc.assert(
        fc.asyncProperty(world, async ({ order, size, guests, legs }) => {
          await crowd.clear()
          await crowd.arrive(guests)
          const idsOf = (page: GuestPage) => page.guests.map(({ guest }) => String(guest.userId))

          /**
           * A page, and who is behind and before it at that moment, as the
           * database itself says
           */
          const read = async (bookmarks: object = {}) => {
            const page = await inventory.page({ filter: {}, order, size, ...bookmarks })
            const column = order.by === 'createdAt' ? 'created_at' : 'last_seen_at'
            const everybody = await app.db
              .from('guests')
              .select('user_id as id')
              .orderBy(column, order.direction)
              .orderBy('user_id', order.direction)
            const ids = everybody.map(({ id }) => String(id))
            const shown = idsOf(page)
            return {
              page,
              shown,
              ahead: {
                forth: ids.slice(ids.indexOf(shown.at(-1)!) + 1),
                back: ids.slice(0, Math.max(ids.indexOf(shown[0]), 0)),
              },
            }
          }

          let here = await read()
          assert.deepEqual(here.ahead.back, [])
          for (const { direction, changes } of legs) {
            let staying = here.ahead[direction]
            const shown: string[] = []
            for (let step = 0; ; step++) {
              assert.isBelow(step, LONGEST_WALK, 'never ends')
              const { arriving = [], leaving = [] } = changes[step] ?? {}
              await crowd.leave(leaving)
              await crowd.arrive(arriving)
              staying = staying.filter((id) => crowd.present.has(id))

              const { previous, next } = here.page
              const bookmark = direction === 'forth' ? next : previous
              if (!bookmark) {
                break
              }
              here = await read(direction === 'forth' ? { after: bookmark } : { before: bookmark })
              shown.push(...here.shown)
              assert.isAtMost(here.shown.length, size)
              assert.isTrue(here.shown.every((id) => crowd.present.has(id)))
              if (here.shown.length === 0) {
                break
              }
            }
            assert.lengthOf(new Set(shown), shown.length, 'shown twice')
            assert.includeMembers(shown, staying, 'skipped')
            if (here.shown.length === 0) {
              here = await read()
            }
          }
        }),
        { numRuns: 60 }
      )
    })
})
