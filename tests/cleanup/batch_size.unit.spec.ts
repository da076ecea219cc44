import fc from 'fast-check'
import { test } from '@japa/runner'

import { BatchSize } from '../../src/cleanup/batch_size.ts'

/**
 * So many full batches, on a database that takes so long for each guest, and for
 * each batch
 */
function run(
  size: BatchSize,
  batches: number,
  millisecondsPerGuest: number,
  millisecondsPerBatch: number = 0
) {
  for (let count = 0; count < batches; count++) {
    size.adjust(size.current, millisecondsPerBatch + size.current * millisecondsPerGuest)
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
    size.adjust(2000, 5000)
    assert.equal(size.current, 1000)
    assert.equal(run(size, 1, 0.01), 2000)
  })

  test('learns nothing from the few of a last batch, unless they were slow', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    const before = size.current
    size.adjust(3, 1)
    assert.equal(size.current, before)
    size.adjust(3, 600)
    assert.equal(size.current, before / 2)
  })

  test('does not shrink when smaller batches take as long', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    const sizes = Array.from({ length: 100 }, () => run(size, 1, 0.01, 200))
    assert.isAtLeast(Math.min(...sizes), 250)
    assert.equal(sizes.at(-1), 2000)
  })

  test('does not shrink either when the times vary', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    const factors = [1, 1.4, 0.7, 1.1, 0.8, 5, 0.9]
    const sizes = Array.from({ length: 200 }, (_, index) => {
      const factor = factors[index % factors.length]
      return run(size, 1, 0.01 * factor, 200 * factor)
    })
    const small = sizes.filter((current) => current < 250)
    assert.isBelow(small.length, 20)
  })

  test('shrinks until what takes the same time anyway is half of a batch', ({ assert }) => {
    assert.closeTo(run(BatchSize.upTo(2000), 10, 0.5, 100), 200, 2)
  })

  test('shrinks when the guests themselves become slow later', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    run(size, 10, 0.01, 200)
    assert.closeTo(run(size, 60, 1), 50, 1)
  })

  test('grows again when batches become fast', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    run(size, 10, 0.5)
    assert.equal(run(size, 20, 0.01), 2000)
  })

  test('learns nothing from a batch of nobody, however long it waited', ({ assert }) => {
    const size = BatchSize.upTo(2000)
    size.adjust(0, 5000)
    assert.equal(size.current, 500)
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
          size.adjust(guests, milliseconds)
          return Number.isInteger(size.current) && size.current >= 10 && size.current <= largest
        })
      })
    )
  })
})
