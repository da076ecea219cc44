import { test } from '@japa/runner'

import { formatAge, parseAge } from '../src/age.ts'

const HOUR = 3600 * 1000

test.group('parseAge', () => {
  test('reads {text}')
    .with([
      { text: '30d', age: 30 * 24 * HOUR },
      { text: '2 hours', age: 2 * HOUR },
      { text: '1.5h', age: 1.5 * HOUR },
      { text: ' 45min ', age: 0.75 * HOUR },
      { text: '2 Weeks', age: 14 * 24 * HOUR },
    ])
    .run(({ assert }, { text, age }) => {
      assert.equal(parseAge(text), age)
    })

  test('refuses "{$self}"')
    .with([
      '',
      '30',
      '30000',
      'd',
      'soon',
      '-2d',
      '0d',
      '500ms',
      '2 fortnights',
      '1h 30m',
      '1e3d',
      '1000 years',
      `${'9'.repeat(400)}d`,
    ])
    .run(({ assert }, text) => {
      assert.isNull(parseAge(text))
    })
})

test.group('formatAge', () => {
  test('writes {age} ms as "{text}", which reads the same again')
    .with([
      { age: 30 * 24 * HOUR, text: '30 days' },
      { age: 24 * HOUR, text: '1 day' },
      { age: 36 * HOUR, text: '36 hours' },
      { age: 2 * HOUR, text: '2 hours' },
      { age: HOUR / 4, text: '15 minutes' },
      { age: 90_000, text: '90 seconds' },
      { age: 1000, text: '1 second' },
    ])
    .run(({ assert }, { age, text }) => {
      assert.equal(formatAge(age), text)
      assert.equal(parseAge(text), age)
    })

  test('rounds {age} ms to "{text}"')
    .with([
      { age: 0, text: '1 second' },
      { age: 59_600, text: '1 minute' },
      { age: HOUR - 400, text: '1 hour' },
      { age: 24 * HOUR + 1, text: '1 day' },
    ])
    .run(({ assert }, { age, text }) => {
      assert.equal(formatAge(age), text)
    })
})
