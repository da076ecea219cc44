import { test } from '@japa/runner'

import { parseAgeFlag } from '../../src/console/age_flag.ts'

const HOUR = 3600 * 1000

test.group('parseAgeFlag', () => {
  test('reads {flag}')
    .with([
      { flag: '30d', age: 30 * 24 * HOUR },
      { flag: '2 hours', age: 2 * HOUR },
      { flag: '1.5h', age: 1.5 * HOUR },
      { flag: ' 45min ', age: 0.75 * HOUR },
      { flag: '2 Weeks', age: 14 * 24 * HOUR },
    ])
    .run(({ assert }, { flag, age }) => {
      assert.equal(parseAgeFlag(flag), age)
    })

  test('refuses "{$self}"')
    .with(['', '30', '30000', 'd', 'soon', '-2d', '0d', '500ms', '2 fortnights', '1h 30m', '1e3d'])
    .run(({ assert }, flag) => {
      assert.isNull(parseAgeFlag(flag))
    })
})
