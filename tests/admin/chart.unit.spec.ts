import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { drawChart } from '../../src/admin/chart.ts'

const TODAY = DateTime.fromISO('2026-06-01')

function draw(totals: number[]) {
  const days = totals.map((total, index) => ({ day: TODAY.plus({ days: index }), total }))
  return drawChart({ days, countedAt: TODAY })
}

test.group('Chart', () => {
  test('adds up the days, and names the first of the busiest', ({ assert }) => {
    const { total, busiest } = draw([3, 7, 0, 7])
    assert.equal(total, 17)
    assert.equal(busiest.total, 7)
    assert.equal(busiest.day.toISODate(), '2026-06-02')
  })

  test('the busiest day is as high as the picture, the others in proportion', ({ assert }) => {
    const { height, bars } = draw([5, 10, 0])
    assert.deepEqual(
      bars.map((bar) => bar.height),
      [height / 2, height, 0]
    )
    for (const bar of bars) {
      assert.equal(bar.y + bar.height, height, 'stands on the ground')
    }
  })

  test('one guest among thousands is still seen', ({ assert }) => {
    const { bars } = draw([1, 100_000])
    assert.isAtLeast(bars[0].height, 1)
    assert.isBelow(bars[0].height, 5)
  })

  test('nobody at all is a flat picture', ({ assert }) => {
    const { total, busiest, bars } = draw([0, 0, 0])
    assert.equal(total, 0)
    assert.equal(busiest.total, 0)
    assert.isTrue(bars.every((bar) => bar.height === 0))
  })

  test('bars of {$self} days stand side by side, within the picture')
    .with([1, 7, 30, 60])
    .run(({ assert }, count) => {
      const { width, bars } = draw(Array.from({ length: count }, (_, index) => index))
      assert.lengthOf(bars, count)
      let end = 0
      for (const bar of bars) {
        assert.isAtLeast(bar.x, end)
        assert.isAbove(bar.width, 0)
        end = bar.x + bar.width
      }
      assert.isAtMost(end, width)
    })
})
