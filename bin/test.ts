/**
 * Runs everything there is to check: `npm test -- --help`
 */
import { parseArgs } from 'node:util'

import { formatReport } from './parts/report.ts'
import { listParts, selectParts, type Part } from './parts/parts.ts'
import { runPart, stopCurrentPart, type PartResult } from './parts/run_part.ts'
import { explainMissingMariadb, explainMissingRedis } from './parts/missing_servers.ts'
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../tests/services/embedded_postgres.ts'

const HELP = `npm test                             everything
npm test -- --only=unit,functional   some parts only, by a word of their names
npm run quick:test -- functional     one suite; DB=postgres or DB=mariadb chooses the database

Parts: ${listParts()
  .map((part) => part.name)
  .join(', ')}

PostgreSQL is brought by npm; PG_HOST, PG_PORT, PG_USER and PG_PASSWORD name another one.
MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD and REDIS_HOST, REDIS_PORT name those servers.
What needs a server that does not answer is left out; with CI=true, it fails.
Parts after "build" may use the last build.`

/**
 * On a build server, a part that was left out would go unnoticed
 */
const isStrict = process.env.CI === 'true'

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean' } },
})
if (flags.help) {
  console.log(HELP)
  process.exit()
}

const results: PartResult[] = []
const leftOut: string[] = []
let embeddedPostgres: EmbeddedPostgres | undefined

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    stopCurrentPart()
    process.exit(code)
  })
}

/**
 * Without a server, a part cannot run
 */
function reportMissing(name: string, reason: string) {
  if (isStrict) {
    console.error(`${name} cannot run: ${reason}`)
    results.push({ name, passed: 0, failed: 1, seconds: 0 })
  } else {
    leftOut.push(`left out: ${name}: ${reason}`)
  }
}

/**
 * Started when the first part needs it, and shared by the others
 */
async function providePostgres(): Promise<Record<string, string>> {
  if (process.env.PG_HOST) {
    return {}
  }
  embeddedPostgres ??= await startEmbeddedPostgres()
  return { PG_HOST: '127.0.0.1', PG_PORT: String(embeddedPostgres.port) }
}

async function run(part: Part, environment: Record<string, string>): Promise<PartResult> {
  try {
    const postgres = part.needs?.includes('postgres') ? await providePostgres() : {}
    return await runPart(part, { ...environment, ...postgres })
  } catch (error) {
    console.error(`${part.name} could not be started:`, error)
    return { name: part.name, passed: 0, failed: 1, seconds: 0 }
  }
}

const parts = selectParts(listParts(), flags.only?.split(','))

const missingRedis = parts.some((part) => part.isSuite) ? await explainMissingRedis() : undefined
if (missingRedis) {
  reportMissing('tests with Redis', missingRedis)
}

for (const part of parts) {
  const missing = part.needs?.includes('mariadb') ? await explainMissingMariadb() : undefined
  if (missing) {
    reportMissing(part.name, missing)
    continue
  }

  console.log(`\n── ${part.name}`)
  const result = await run(part, missingRedis ? { WITHOUT_REDIS: 'true' } : {})
  results.push(result)
  console.log(`${part.name}: ${result.seconds.toFixed(1)} seconds`)
}

await embeddedPostgres?.stop()
console.log(formatReport(results, leftOut))

const hasFailed = results.length === 0 || results.some((result) => result.failed > 0)
process.exitCode = hasFailed ? 1 : 0
