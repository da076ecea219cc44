import { test } from '@japa/runner'

import { run } from '../../benchmarks/visits.ts'

test.group('The benchmark of visits', () => {
  /**
   * It checks each answer and the rows in the database, and throws
   */
  test('works', async ({ assert }) => {
    const contenders = ['page', 'package', 'better-auth', 'package-guest', 'package-regular']
    const flags = [
      '--short',
      '--profile',
      '--database=sqlite',
      `--contenders=${contenders.join(',')}`,
    ]
    assert.equal(await run(flags), 0)
  }).timeout(300_000)
})
