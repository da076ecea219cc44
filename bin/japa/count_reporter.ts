import { writeFileSync } from 'node:fs'
import type { NamedReporterContract } from '@japa/runner/types'

/**
 * Tells `bin/test.ts` how many tests passed and failed. What did not run
 * counts as failed: a skipped test, and a pinned one, which hides the others
 */
export const countReporter: NamedReporterContract = {
  name: 'count',
  handler(_runner, emitter) {
    const file = process.env.TEST_COUNTS_FILE
    if (!file) {
      return
    }

    const counts = { passed: 0, failed: 0 }
    emitter.on('test:end', ({ title, hasError, isSkipped, isTodo, isPinned }) => {
      if (isSkipped || isTodo || isPinned) {
        console.error(`"${title.expanded}" is skipped, to do or pinned`)
        counts.failed += 1
      } else {
        counts[hasError ? 'failed' : 'passed'] += 1
      }
    })
    emitter.on('runner:end', () => writeFileSync(file, JSON.stringify(counts)))
  },
}
