import { test } from '@japa/runner'

import { run as start } from '../../benchmarks/start.ts'
import { run as visits } from '../../benchmarks/visits.ts'

/**
 * They check each answer and the rows in the database, and throw
 */
test.group('The benchmarks of visits and of the start', () => {
  test('visits, in windows', async ({ assert }) => {
    const contenders = ['page', 'package', 'better-auth', 'package-guest', 'package-regular']
    const flags = [
      '--short',
      '--profile',
      '--database=sqlite',
      `--contenders=${contenders.join(',')}`,
    ]
    assert.equal(await visits(flags), 0)
  }).timeout(300_000)

  test('visits, until so many were answered', async ({ assert }) => {
    assert.equal(await visits(['--soak=200', '--short', '--database=sqlite']), 0)
  }).timeout(300_000)

  test('the start of a process', async ({ assert }) => {
    assert.equal(await start(['--rounds=1']), 0)
  }).timeout(300_000)
})
