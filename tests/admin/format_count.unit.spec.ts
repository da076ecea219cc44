import { test } from '@japa/runner'

import { formatCount } from '../../src/admin/format_count.ts'

test.group('Counts that end somewhere', () => {
  test('{total} in "{locale}" is {text}')
    .with([
      { total: 0, isMore: false, locale: 'en', text: '0' },
      { total: 1234, isMore: false, locale: 'en', text: '1,234' },
      { total: 10_000, isMore: true, locale: 'en', text: '10,000+' },
      { total: 10_000, isMore: true, locale: 'de', text: '10.000+' },
    ])
    .run(({ assert }, { locale, text, ...count }) => {
      assert.equal(formatCount(count, locale), text)
    })
})
