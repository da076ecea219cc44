/**
 * Runs one suite: `npm run quick:test -- functional --files=cleanup`.
 * DB=postgres or DB=mariadb chooses the database
 */
import 'reflect-metadata'
import { writeFile } from 'node:fs/promises'
import { assert } from '@japa/assert'
import { fileSystem } from '@japa/file-system'
import { expectTypeOf } from '@japa/expect-type'
import { configure, processCLIArgs, run } from '@japa/runner'
import { spec } from '@japa/runner/reporters'

import { startEmbeddedPostgres } from '../tests/services/embedded_postgres.ts'

if (process.env.DB === 'postgres' && !process.env.PG_HOST) {
  const { port, stop } = await startEmbeddedPostgres()
  Object.assign(process.env, { PG_HOST: '127.0.0.1', PG_PORT: String(port) })
  process.once('beforeExit', () => stop())
}

/**
 * Tells `bin/test.ts` how many tests ran
 */
const countReporter = {
  name: 'count',
  async handler(_: unknown, emitter: any) {
    const counts = { passed: 0, failed: 0 }
    emitter.on('test:end', ({ hasError, isSkipped, isTodo }: any) => {
      if (!isSkipped && !isTodo) {
        counts[hasError ? 'failed' : 'passed'] += 1
      }
    })
    emitter.on('runner:end', async () => {
      if (process.env.TEST_COUNTS_FILE) {
        await writeFile(process.env.TEST_COUNTS_FILE, JSON.stringify(counts))
      }
    })
  },
}

processCLIArgs(process.argv.slice(2))
configure({
  suites: [
    { name: 'unit', files: ['tests/unit/**/*.spec.ts'] },
    { name: 'functional', files: ['tests/functional/**/*.spec.ts'], timeout: 20_000 },
    { name: 'install', files: ['tests/install/**/*.spec.ts'], timeout: 300_000 },
    { name: 'browser', files: ['tests/browser/**/*.spec.ts'], timeout: 60_000 },
  ],
  plugins: [assert(), fileSystem(), expectTypeOf()],
  reporters: { activated: ['spec', 'count'], list: [spec(), countReporter] },
})

await run()
