import { test } from '@japa/runner'
import { HttpContextFactory } from '@adonisjs/core/factories/http'

import { createCountTexts, createTexts } from '../../src/pages/texts.ts'
import {
  describeOutcome,
  describeProgress,
  type Deletion,
  type DeletionOutcome,
} from '../../src/admin/deletion.ts'

const NOBODY: DeletionOutcome = { deleted: 0, blocked: 0, left: 0, blockers: [], reasons: [] }

function describe(
  outcome: Partial<DeletionOutcome>,
  state: Pick<Deletion, 'isFinished' | 'userIds' | 'total'> = { isFinished: true }
) {
  const ctx = new HttpContextFactory().create()
  const deletion = { list: {}, took: 0, ...state, outcome: { ...NOBODY, ...outcome } }
  return describeOutcome(deletion, createTexts(ctx), createCountTexts(ctx))
}

test.group('What became of a deletion', () => {
  test('everybody went', ({ assert }) => {
    assert.deepEqual(describe({ deleted: 1 }), {
      success: '1 guest was deleted.',
      error: undefined,
    })
    assert.deepEqual(describe({ deleted: 1234 }, { isFinished: true, userIds: [], total: 1234 }), {
      success: '1,234 guests were deleted.',
      error: undefined,
    })
  })

  test('nobody went', ({ assert }) => {
    assert.equal(describe({}).success, 'Nobody was deleted.')
  })

  test('some are held, by tables with a name and without one', ({ assert }) => {
    const { success, error } = describe({ deleted: 2, blocked: 1, blockers: ['orders', 'bills'] })
    assert.equal(success, '2 guests were deleted.')
    assert.equal(
      error,
      '1 guest could not be deleted, because rows in orders, bills point at them.'
    )
    assert.include(describe({ blocked: 2 }).error, 'rows in ? point at them')
  })

  test('some are left out, and why', ({ assert }) => {
    assert.equal(
      describe({ left: 2, reasons: ['locked'] }).error,
      '2 guests were left out. They are in use right now. Try again in a moment.'
    )
    assert.equal(
      describe({ left: 1, reasons: ['soft_deleted'] }).error,
      '1 guest was left out. The user model keeps their rows instead of deleting them.'
    )
    assert.equal(
      describe({ left: 3, reasons: ['kept', 'locked'] }).error,
      '3 guests were left out. The configuration keeps guests who own what others use. They are in use right now. Try again in a moment.'
    )
  })

  test('some of those who were named are gone, which is known at the end only', ({ assert }) => {
    const outcome = { deleted: 1, blocked: 1, left: 1, blockers: ['orders'] }
    const finished = describe(outcome, { isFinished: true, userIds: [], total: 5 })
    assert.match(finished.error!, /2 guests were gone already, or came back\.$/)

    const stopped = describe(outcome, { isFinished: false, userIds: [], total: 5 })
    assert.notInclude(stopped.error, 'gone already')
    assert.equal(stopped.success, 'Stopped. 1 guest was deleted.')
  })
})

test.group('How far a deletion got', () => {
  const describeStep = (state: Partial<Deletion>, outcome: Partial<DeletionOutcome> = {}) =>
    describeProgress({ list: {}, took: 0, ...state, outcome: { ...NOBODY, ...outcome } })

  test('the rest takes as long as what is done did', ({ assert }) => {
    const outcome = { deleted: 1500, blocked: 300, left: 200 }
    assert.deepEqual(describeStep({ total: 10_000, took: 4000 }, outcome), {
      stage: 'running',
      done: 2000,
      total: 10_000,
      seconds: 16,
    })
  })

  test('what is finished takes no time, whoever was missing', ({ assert }) => {
    assert.deepEqual(describeStep({ total: 10, took: 4000, isFinished: true }, { deleted: 8 }), {
      stage: 'finished',
      done: 10,
      total: 10,
      seconds: 0,
    })
  })
})
