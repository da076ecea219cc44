import { test } from '@japa/runner'
import { DateTime, Duration, Settings } from 'luxon'

import { TimeTexts } from '../../src/admin/time_texts.ts'

const NOW = DateTime.fromISO('2026-06-01T12:00:00Z')

test.group('Texts of moments', (group) => {
  group.each.setup(() => {
    Settings.now = () => NOW.toMillis()
    Settings.defaultZone = 'Europe/Berlin'
    return () => {
      Settings.now = () => Date.now()
      Settings.defaultZone = 'system'
    }
  })

  test('{distance} is {text}')
    .with([
      { distance: 'PT0S', text: 'now' },
      { distance: '-PT1S', text: '1 second ago' },
      { distance: '-PT59S', text: '59 seconds ago' },
      { distance: '-PT60S', text: '1 minute ago' },
      { distance: '-PT59M', text: '59 minutes ago' },
      { distance: '-PT1H', text: '1 hour ago' },
      { distance: 'PT2H', text: 'in 2 hours' },
      { distance: '-PT24H', text: 'yesterday' },
      { distance: 'P1D', text: 'tomorrow' },
      { distance: '-P29D', text: '29 days ago' },
      { distance: 'P30D', text: 'next month' },
      { distance: '-P50D', text: '2 months ago' },
      { distance: '-P400D', text: 'last year' },
      { distance: 'P1100D', text: 'in 3 years' },
    ])
    .run(({ assert }, { distance, text }) => {
      assert.equal(new TimeTexts('en').relative(NOW.plus(Duration.fromISO(distance))), text)
    })

  test('are in the language of the visitor', ({ assert }) => {
    const times = new TimeTexts('de')
    assert.equal(times.relative(NOW.minus({ days: 3 })), 'vor 3 Tagen')
    assert.match(times.day(NOW), /^1\. Juni$/)
    assert.match(times.absolute(NOW), /^1\. Juni 2026/)
  })

  test('are in the time zone of the server, and for machines in UTC', ({ assert }) => {
    const times = new TimeTexts('en')
    const moment = DateTime.fromISO('2026-05-31T22:30:00Z')
    assert.equal(times.zone, 'Europe/Berlin')
    assert.equal(times.day(moment), 'Jun 1')
    assert.match(times.absolute(moment), /^Jun 1, 2026, 12:30\sAM$/)
    assert.equal(times.machine(moment), '2026-05-31T22:30:00.000Z')
  })

  test('of one page have one now', ({ assert }) => {
    const times = new TimeTexts('en')
    Settings.now = () => NOW.toMillis() + 3600_000
    assert.equal(times.relative(NOW), 'now')
  })
})
