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
      { distance: '-PT59.6S', text: '59 seconds ago' },
      { distance: '-PT60S', text: '1 minute ago' },
      { distance: '-PT119S', text: '1 minute ago' },
      { distance: '-PT59M', text: '59 minutes ago' },
      { distance: '-PT59M59S', text: '59 minutes ago' },
      { distance: '-PT1H', text: '1 hour ago' },
      { distance: 'PT2H', text: 'in 2 hours' },
      { distance: '-PT23H59M', text: '23 hours ago' },
      { distance: 'PT23H59M', text: 'in 23 hours' },
      { distance: '-PT24H', text: '1 day ago' },
      { distance: '-PT47H', text: '1 day ago' },
      { distance: 'P1D', text: 'in 1 day' },
      { distance: '-P30D', text: '30 days ago' },
      { distance: '-P1M', text: '1 month ago' },
      { distance: 'P1M', text: 'in 1 month' },
      { distance: '-P50D', text: '1 month ago' },
      { distance: '-P364D', text: '11 months ago' },
      { distance: '-P1Y', text: '1 year ago' },
      { distance: '-P400D', text: '1 year ago' },
      { distance: 'P1100D', text: 'in 3 years' },
    ])
    .run(({ assert }, { distance, text }) => {
      assert.equal(new TimeTexts('en').relative(NOW.plus(Duration.fromISO(distance))), text)
    })

  test('never say as many of a unit as the next one has', ({ assert }) => {
    const times = new TimeTexts('en')
    const most = { second: 59, minute: 59, hour: 23, day: 30, month: 11, year: Infinity }
    for (let seconds = 1; seconds < 3e9; seconds = Math.ceil(seconds * 1.01)) {
      const text = times.relative(NOW.minus({ seconds }))
      const [, count, unit] = /^(\d+) (\w+?)s? ago$/.exec(text)!
      assert.isAtMost(Number(count), most[unit as keyof typeof most], text)
      assert.isAtLeast(Number(count), 1, text)
    }
  })

  test('are in the language of the visitor', ({ assert }) => {
    const times = new TimeTexts('de')
    assert.equal(times.relative(NOW.minus({ days: 3 })), 'vor 3 Tagen')
    assert.equal(times.relative(NOW), 'jetzt')
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
