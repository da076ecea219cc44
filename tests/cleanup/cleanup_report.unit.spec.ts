import { test } from '@japa/runner'

import type { BatchOutcome } from '../../src/cleanup/batch.ts'
import { CleanupReport } from '../../src/cleanup/cleanup_report.ts'

const ORDERS = { table: 'orders', constraint: 'orders_user_id_foreign' }
const NAMELESS = { table: null, constraint: null }

function outcome(values: Partial<BatchOutcome>): BatchOutcome {
  return { deleted: [], kept: [], softDeleted: [], blocked: [], skipped: [], ...values }
}

const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index)

test.group('The report of a cleanup', () => {
  test('begins with nothing done', ({ assert }) => {
    const { seconds, ...result } = new CleanupReport(7).result(false)
    assert.deepEqual(result, {
      expired: 7,
      deleted: 0,
      left: 0,
      leftBy: [],
      blocked: 0,
      blockedBy: [],
      aborted: false,
    })
    assert.isAtLeast(seconds, 0)
  })

  test('adds up batches, and does not count whom they skipped', ({ assert }) => {
    const report = new CleanupReport(10)
    report.add(outcome({ deleted: [1, 2], skipped: [3] }))
    report.add(outcome({ deleted: [4], skipped: [3] }))
    assert.equal(report.deleted, 3)
    assert.deepInclude(report.result(true), { deleted: 3, left: 0, blocked: 0, aborted: true })
  })

  test('groups whom it left by the reason', ({ assert }) => {
    const report = new CleanupReport(10)
    report.add(outcome({ kept: [1] }))
    report.add(outcome({ kept: [2], softDeleted: [4] }))
    report.addLeft('locked', [3])
    const { left, leftBy } = report.result(false)
    assert.equal(left, 4)
    assert.sameDeepMembers(leftBy, [
      { reason: 'kept', total: 2, userIds: [1, 2] },
      { reason: 'soft_deleted', total: 1, userIds: [4] },
      { reason: 'locked', total: 1, userIds: [3] },
    ])
  })

  test('groups whom it could not delete by what blocks them', ({ assert }) => {
    const report = new CleanupReport(10)
    const otherKey = { table: 'orders', constraint: 'orders_payer_id_foreign' }
    report.add(
      outcome({
        blocked: [
          { userId: 1, blocker: ORDERS },
          { userId: 2, blocker: otherKey },
          { userId: 3, blocker: NAMELESS },
        ],
      })
    )
    report.add(outcome({ blocked: [{ userId: 'a', blocker: { ...ORDERS } }] }))
    const { blocked, blockedBy } = report.result(false)
    assert.equal(blocked, 4)
    assert.sameDeepMembers(blockedBy, [
      { ...ORDERS, total: 2, userIds: [1, 'a'] },
      { ...otherKey, total: 1, userIds: [2] },
      { ...NAMELESS, total: 1, userIds: [3] },
    ])
  })

  test('counts all, and names the first hundred', ({ assert }) => {
    const report = new CleanupReport(10_000)
    report.add(outcome({ blocked: idsFrom(1, 60).map((userId) => ({ userId, blocker: ORDERS })) }))
    report.add(
      outcome({ blocked: idsFrom(61, 5000).map((userId) => ({ userId, blocker: ORDERS })) })
    )
    report.addLeft('locked', idsFrom(6000, 300))
    const { blockedBy, leftBy } = report.result(false)
    assert.deepInclude(blockedBy[0], { total: 5060, userIds: idsFrom(1, 100) })
    assert.deepInclude(leftBy[0], { total: 300, userIds: idsFrom(6000, 100) })
  })

  test('what was told after a batch does not change with the next', ({ assert }) => {
    const report = new CleanupReport(10)
    report.add(outcome({ deleted: [1], blocked: [{ userId: 2, blocker: ORDERS }] }))
    report.addLeft('locked', [3])
    const told = report.result(false)
    const before = structuredClone(told)
    report.add(outcome({ deleted: [4], blocked: [{ userId: 5, blocker: ORDERS }] }))
    report.addLeft('locked', [6])
    assert.deepEqual(told, before)
  })
})
