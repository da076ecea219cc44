import fc from 'fast-check'
import { test } from '@japa/runner'

import { BatchSize } from '../../src/cleanup/pace.ts'

/**
 * So many full batches, on a database that takes so long for each guest
 */
function run(size: BatchSize, batches: number, millisecondsPerGuest: number) {
  for (let count = 0; count < batches; count++) {
    size.learn(size.current, size.current * millisecondsPerGuest)
  }
  return size.current
}

test.group('Batch size', () => {
  test('grows to the largest when the database is fast', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    assert.isBelow(size.current, 2000)
    assert.equal(run(size, 3, 0.02), 2000)
  })

  test('shrinks until a batch takes about as long as wanted', ({ assert }) => {
    assert.closeTo(run(BatchSize.upTo(2000), 10, 0.5), 100, 1)
    assert.closeTo(run(BatchSize.upTo(2000), 10, 0.1), 500, 1)
  })

  test('gets over one batch that stalled', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    run(size, 5, 0.01)
    size.learn(2000, 5000)
    assert.equal(size.current, 1000)
    assert.equal(run(size, 1, 0.01), 2000)
  })

  test('learns nothing from the few of a last batch, unless they were slow', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    const before = size.current
    size.learn(3, 1)
    assert.equal(size.current, before)
    size.learn(3, 600)
    assert.equal(size.current, before / 2)
  })

  test('stays as somebody asked for', ({ assert }) => {
    assert.equal(run(BatchSize.fixed(7000), 5, 1), 7000)
    assert.equal(run(BatchSize.fixed(1), 5, 0), 1)
  })

  test('never leaves its bounds, whatever the database does', () => {
    const batch = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, noNaN: true }))
    fc.assert(
      fc.property(fc.constantFrom(100, 500, 2000), fc.array(batch), (largest, batches) => {
        const size = BatchSize.upTo(largest)
        return batches.every(([guests, milliseconds]) => {
          size.learn(guests, milliseconds)
          return Number.isInteger(size.current) && size.current >= 10 && size.current <= largest
        })
      })
    )
  })
})
