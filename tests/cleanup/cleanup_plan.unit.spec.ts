import { test } from '@japa/runner'
import { DateTime, Settings } from 'luxon'

import { Expiry } from '../../src/guests/expiry.ts'
import { planCleanup } from '../../src/cleanup/cleanup_plan.ts'
import type { CleanupOptions } from '../../src/types.ts'

const HOUR = 3600 * 1000
const NOW = DateTime.fromISO('2026-06-01T12:00:00Z')

function plan(options: CleanupOptions = {}) {
  return planCleanup(options, new Expiry({ maxAge: 2 * HOUR, expireBy: 'lastSeenAt' }))
}

test.group('The plan of a cleanup', (group) => {
  group.each.setup(() => {
    Settings.now = () => NOW.toMillis()
    return () => {
      Settings.now = () => Date.now()
    }
  })

  test('without options is about all expired guests', ({ assert }) => {
    const { filter, limit, dryRun, signal } = plan()
    assert.equal(filter.before?.toMillis(), NOW.toMillis() - 2 * HOUR)
    assert.isUndefined(filter.userIds)
    assert.equal(limit, Infinity)
    assert.isFalse(dryRun)
    assert.isUndefined(signal)
  })

  test('takes what was asked for', ({ assert }) => {
    const signal = new AbortController().signal
    const onBatch = () => {}
    const made = plan({
      olderThan: '1 hour',
      userIds: [1, 'a'],
      limit: 7,
      dryRun: true,
      signal,
      onBatch,
    })
    assert.equal(made.filter.before?.toMillis(), NOW.toMillis() - HOUR)
    assert.deepEqual(made.filter.userIds, [1, 'a'])
    assert.equal(made.limit, 7)
    assert.isTrue(made.dryRun)
    assert.equal(made.signal, signal)
    assert.equal(made.onBatch, onBatch)
  })

  test('leaves the size of batches open, unless it is told', ({ assert }) => {
    assert.isUndefined(plan().batchSize)
    assert.equal(plan({ batchSize: 7000 }).batchSize, 7000)
  })

  test('takes {name}: {value}')
    .with([
      { name: 'olderThan', value: '1 second' },
      { name: 'olderThan', value: `${NOW.toSeconds()} seconds` },
      { name: 'batchSize', value: 1 },
      { name: 'batchSize', value: 10_000 },
      { name: 'limit', value: 1 },
      { name: 'limit', value: Infinity },
    ])
    .run(({ assert }, { name, value }) => {
      assert.doesNotThrow(() => plan({ [name]: value }))
    })

  test('refuses {name}: {value}')
    .with([
      { name: 'olderThan', value: 2_592_000 },
      { name: 'olderThan', value: '2592000' },
      { name: 'olderThan', value: '0s' },
      { name: 'olderThan', value: '-2d' },
      { name: 'olderThan', value: `${NOW.toSeconds() + 1} seconds` },
      { name: 'olderThan', value: '' },
      { name: 'olderThan', value: null },
      { name: 'batchSize', value: 0 },
      { name: 'batchSize', value: 2.5 },
      { name: 'batchSize', value: 10_001 },
      { name: 'batchSize', value: Infinity },
      { name: 'batchSize', value: '5' },
      { name: 'limit', value: 0 },
      { name: 'limit', value: 1.5 },
      { name: 'limit', value: Number.NaN },
      { name: 'limit', value: '5' },
    ])
    .run(({ assert }, { name, value }) => {
      assert.throws(() => plan({ [name]: value }), new RegExp(`^"${name}" of a cleanup must be a `))
    })

  test('tells a number from a duration, and how to write one', ({ assert }) => {
    assert.throws(
      () => plan({ olderThan: 2_592_000 as never }),
      `"olderThan" of a cleanup must be a duration with a unit, such as '30 days', from '1 second' to the time since 1970, not 2592000`
    )
  })

  test('takes 10,000 ids, and no more', ({ assert }) => {
    const ids = Array.from({ length: 10_000 }, (_, index) => index)
    assert.deepEqual(plan({ userIds: ids }).filter.userIds, ids)
    assert.deepEqual(plan({ userIds: [] }).filter.userIds, [])
    assert.throws(
      () => plan({ userIds: [...ids, 10_000] }),
      /^"userIds" of a cleanup must be a list/
    )
  })

  test('refuses {$self} among the ids')
    .with([[null], [[1]], [{}], [undefined], [true]])
    .run(({ assert }, [wrong]) => {
      assert.throws(
        () => plan({ userIds: [1, wrong as never] }),
        /^"userIds" of a cleanup must be a list of at most 10000 ids$/
      )
    })

  test('refuses ids that are no list', ({ assert }) => {
    assert.throws(() => plan({ userIds: 7 as never }), /^"userIds" of a cleanup must be a list/)
  })
})
