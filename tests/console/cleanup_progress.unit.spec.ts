import { test } from '@japa/runner'
import { cliui } from '@adonisjs/core/ace'

import { CleanupProgress } from '../../src/console/cleanup_progress.ts'
import type { CleanupResult } from '../../src/types.ts'

function progressOf(values: Partial<CleanupResult>): CleanupResult {
  return {
    expired: 200_000,
    deleted: 0,
    left: 0,
    leftBy: [],
    blocked: 0,
    blockedBy: [],
    seconds: 1,
    aborted: false,
    ...values,
  }
}

function createProgress(options: { isTerminal: boolean; limit?: number }) {
  const { logger } = cliui({ mode: 'raw' })
  const clock = { now: 0 }
  const progress = new CleanupProgress(logger, { ...options, now: () => clock.now })
  return { progress, clock, lines: () => logger.getLogs().map(({ message }) => message) }
}

test.group('CleanupProgress', () => {
  test('tells rate and time left after each batch on a terminal', ({ assert }) => {
    const { progress, lines } = createProgress({ isTerminal: true })
    progress.show(progressOf({ deleted: 49_000, blocked: 700, left: 300, seconds: 10 }))
    progress.show(progressOf({ deleted: 200_000, seconds: 40 }))
    progress.end()
    assert.deepEqual(lines(), [
      '50,000 of 200,000 guests, 5,000 a second, about 30 seconds left',
      '200,000 of 200,000 guests, 5,000 a second',
    ])
  })

  test('counts up to the limit', ({ assert }) => {
    const { progress, lines } = createProgress({ isTerminal: true, limit: 1000 })
    progress.show(progressOf({ deleted: 500, seconds: 1 }))
    assert.deepEqual(lines(), ['500 of 1,000 guests, 500 a second, about 1 second left'])
  })

  test('writes a line every few seconds into a log', ({ assert }) => {
    const { progress, clock, lines } = createProgress({ isTerminal: false })
    for (clock.now = 0; clock.now < 12_000; clock.now += 100) {
      progress.show(progressOf({ deleted: clock.now, seconds: clock.now / 1000 }))
    }
    progress.end()
    assert.lengthOf(lines(), 2)
    assert.match(lines()[0], /5,000 of 200,000 guests, 1,000 a second/)
    assert.match(lines()[1], /10,000 of 200,000 guests/)
  })
})
