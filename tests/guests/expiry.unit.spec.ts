import { DateTime } from 'luxon'
import { test } from '@japa/runner'

import { Expiry } from '../../src/guests/expiry.ts'
import { Guest } from '../../src/models/guest.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const NOW = DateTime.fromISO('2026-06-01T12:00:00Z')

function guest(values: { createdHoursAgo: number; seenHoursAgo: number }) {
  Guest.boot()
  return new Guest().fill({
    createdAt: NOW.minus({ hours: values.createdHoursAgo }),
    lastSeenAt: NOW.minus({ hours: values.seenHoursAgo }),
  })
}

test.group('Expiry', () => {
  test('counts from the last visit', ({ assert }) => {
    const expiry = new Expiry({ maxAge: 2 * HOUR, expireBy: 'lastSeenAt' })
    assert.isFalse(expiry.isExpired(guest({ createdHoursAgo: 30, seenHoursAgo: 1 }), NOW))
    assert.isFalse(expiry.isExpired(guest({ createdHoursAgo: 30, seenHoursAgo: 2 }), NOW))
    assert.isTrue(expiry.isExpired(guest({ createdHoursAgo: 30, seenHoursAgo: 2.01 }), NOW))
  })

  test('counts from the first visit', ({ assert }) => {
    const expiry = new Expiry({ maxAge: 2 * HOUR, expireBy: 'createdAt' })
    assert.isTrue(expiry.isExpired(guest({ createdHoursAgo: 30, seenHoursAgo: 1 }), NOW))
    assert.isFalse(expiry.isExpired(guest({ createdHoursAgo: 1, seenHoursAgo: 1 }), NOW))
  })

  test('writes visits down after a hundredth of maxAge, within five minutes')
    .with([
      { maxAge: 100 * SECOND, interval: SECOND },
      { maxAge: 2 * HOUR, interval: 72 * SECOND },
      { maxAge: 30 * 24 * HOUR, interval: 300 * SECOND },
    ])
    .run(({ assert }, { maxAge, interval }) => {
      assert.equal(new Expiry({ maxAge, expireBy: 'lastSeenAt' }).touchInterval, interval)
    })
})
