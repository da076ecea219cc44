import fc from 'fast-check'
import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'
import { HttpContextFactory, RequestFactory } from '@adonisjs/core/factories/http'

import { Expiry } from '../../src/guests/expiry.ts'
import { ListState, PageQuery } from '../../src/admin/list_state.ts'

const DAY = 24 * 3600 * 1000
const NOW = DateTime.fromISO('2026-06-01T12:00:00Z')

function createContext(query: string) {
  const request = new RequestFactory().merge({ url: `/admin/guests?${query}` }).create()
  return new HttpContextFactory().merge({ request }).create()
}

const read = (query: string) => ListState.read(createContext(query))

test.group('ListState: what a URL says', () => {
  test('"{query}" is understood')
    .with([
      { query: '', expected: {} },
      { query: 'show=expired', expected: { show: 'expired' } },
      { query: 'show=older&age=3+days', expected: { show: 'older', age: '3 days' } },
      { query: 'search=Ann+%2Cb&sort=-seen', expected: { search: 'Ann ,b', sort: '-seen' } },
      { query: 'search=++ann++', expected: { search: 'ann' } },
      { query: 'search=a%00b', expected: { search: 'ab' } },
    ])
    .run(({ assert }, { query, expected }) => {
      assert.deepEqual(read(query).query(), expected)
    })

  test('"{$self}" makes no sense, and is left out')
    .with([
      'show=everybody',
      'show=__proto__',
      'show=expired&show=active',
      'show[]=expired',
      'show=older',
      'show=older&age=soon',
      'sort=password',
      'sort=constructor',
      'sort=seen&sort=created',
      'search=ann&search=bob',
      'search=+%00+',
      'age=3+days',
    ])
    .run(({ assert }, query) => {
      assert.deepEqual(read(query).query(), {})
    })

  test('a term ends where no name is longer, and not within a character', ({ assert }) => {
    const { term } = ListState.from({ search: `x${'😀'.repeat(200)}` })
    assert.isAtMost(term.length, 254)
    assert.isTrue(term.isWellFormed())
    assert.match(term, /^x😀{100}/u)
    assert.equal(ListState.from({ search: `${'a'.repeat(253)} b` }).term, 'a'.repeat(253))
  })

  test('an age that is none is told: {query}')
    .with([
      { query: 'show=older&age=soon', isWrong: true },
      { query: 'show=older&age=', isWrong: true },
      { query: 'show=older&age=3+days', isWrong: false },
      { query: 'show=older', isWrong: false },
      { query: 'show=expired&age=soon', isWrong: false },
    ])
    .run(({ assert }, { query, isWrong }) => {
      assert.equal(ListState.hasWrongAge(createContext(query)), isWrong)
    })

  test('a list is clear when it shows what the URL says: {query}')
    .with([
      { query: '', isClear: true },
      { query: 'show=expired&search=ann', isClear: true },
      { query: 'show=older&age=3+days', isClear: true },
      { query: 'show=everybody', isClear: false },
      { query: 'show=older&age=soon', isClear: false },
      { query: 'show=expired&show=active', isClear: false },
      { query: 'search=ann&search=bob', isClear: false },
    ])
    .run(({ assert }, { query, isClear }) => {
      assert.equal(ListState.isClear(createContext(query)), isClear)
    })

  test('a list says the same in its own URL, whatever somebody typed', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    const query = fc.record({
      show: fc.oneof(fc.constantFrom('all', 'active', 'expired', 'older'), text),
      age: fc.oneof(fc.constantFrom('3 days', ' 12 hours '), text),
      search: text,
      sort: fc.oneof(fc.constantFrom('created', '-seen'), text),
    })
    fc.assert(
      fc.property(query, (typed) => {
        const said = ListState.from(typed).query()
        const again = read(new URLSearchParams(said).toString()).query()
        return JSON.stringify(again) === JSON.stringify(said)
      }),
      { numRuns: 200 }
    )
  })

  test('links change one thing, and keep the others', ({ assert }) => {
    const list = read('show=older&age=3+days&search=ann&sort=seen')
    assert.deepEqual(list.query({ show: 'expired' }), {
      show: 'expired',
      search: 'ann',
      sort: 'seen',
    })
    assert.deepEqual(list.query({ show: 'all', term: '' }), { sort: 'seen' })
    assert.deepEqual(list.query({ order: 'created' }), {
      show: 'older',
      age: '3 days',
      search: 'ann',
      sort: 'created',
    })
  })
})

test.group('ListState: which guests, in which order', (group) => {
  group.each.setup(() => {
    Settings.now = () => NOW.toMillis()
    return () => {
      Settings.now = () => Date.now()
    }
  })

  const expiry = (expireBy: 'lastSeenAt' | 'createdAt') =>
    new Expiry({ maxAge: 30 * DAY, expireBy })

  test('"{query}", counted by {expireBy}, is sorted by {expected}')
    .with([
      { query: '', expireBy: 'lastSeenAt', expected: '-created' },
      { query: 'search=ann', expireBy: 'lastSeenAt', expected: '-created' },
      { query: 'show=active', expireBy: 'lastSeenAt', expected: '-seen' },
      { query: 'show=older&age=1d', expireBy: 'lastSeenAt', expected: '-seen' },
      { query: 'show=expired', expireBy: 'createdAt', expected: '-created' },
      { query: 'show=expired&sort=created', expireBy: 'lastSeenAt', expected: 'created' },
    ] as const)
    .run(({ assert }, { query, expireBy, expected }) => {
      assert.equal(read(query).sorting(expiry(expireBy)), expected)
    })

  test('"{query}" has bounds in days ago: since {since}, before {before}')
    .with([
      { query: '', since: null, before: null },
      { query: 'show=active', since: 30, before: null },
      { query: 'show=expired', since: null, before: 30 },
      { query: 'show=older&age=12+hours', since: null, before: 0.5 },
      { query: 'show=older&age=soon', since: null, before: null },
      { query: 'search=ann', since: null, before: null },
    ])
    .run(({ assert }, { query, ...bounds }) => {
      const filter = read(query).filter(expiry('lastSeenAt'))
      const daysAgo = (moment?: DateTime) => (moment ? NOW.diff(moment).as('days') : null)
      assert.deepEqual({ since: daysAgo(filter.since), before: daysAgo(filter.before) }, bounds)
      assert.isUndefined(filter.userIds)
    })

  test('a filter can be asked about that is not the shown one', ({ assert }) => {
    const { since, before } = read('show=expired').filter(expiry('lastSeenAt'), 'active')
    assert.equal(since?.toMillis(), NOW.toMillis() - 30 * DAY)
    assert.isUndefined(before)
  })
})

test.group('PageQuery', () => {
  test('reads commas, brackets and plus signs to the letter', ({ assert }) => {
    const query = new PageQuery(createContext('a=b,c&d[e]=f&g=h+i'))
    assert.equal(query.text('a'), 'b,c')
    assert.isUndefined(query.text('d'))
    assert.equal(query.text('d[e]'), 'f')
    assert.equal(query.text('g'), 'h i')
  })

  test('knows no single text where there are several', ({ assert }) => {
    const query = new PageQuery(createContext('a=1&a=2&a=1&b='))
    assert.isUndefined(query.text('a'))
    assert.deepEqual(query.texts('a'), ['1', '2'])
    assert.equal(query.text('b'), '')
    assert.isTrue(query.has('b'))
    assert.isFalse(query.has('c'))
  })

  test('loses nothing behind a thousand parameters', ({ assert }) => {
    const query = new PageQuery(createContext(`${'x=1&'.repeat(1500)}age=3d`))
    assert.equal(query.text('age'), '3d')
  })
})
