/**
 * Runs everything there is to check: `npm test -- --help`
 */
import { inspect, parseArgs } from 'node:util'
import { availableParallelism } from 'node:os'

import { formatReport } from './parts/report.ts'
import { runSideBySide } from './parts/side_by_side.ts'
import { listParts, selectParts, type Part } from './parts/parts.ts'
import { runPart, stopParts, type PartResult } from './parts/run_part.ts'
import { Transcript, type Section } from './parts/transcript.ts'
import { explainMissingMariadb, explainMissingRedis } from './parts/missing_servers.ts'
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../tests/services/embedded_postgres.ts'

const HELP = `npm test                             everything
npm test -- --only=unit,functional   some parts only, by a word of their names
npm test -- --workers=1              how many parts run side by side; by default one more than processors, since they wait for databases and browsers
npm run quick:test -- functional     one suite; DB=postgres or DB=mariadb chooses the database

Parts: ${listParts()
  .map((part) => part.name)
  .join(', ')}

PostgreSQL is brought by npm; PG_HOST, PG_PORT, PG_USER and PG_PASSWORD name another one.
MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD and REDIS_HOST, REDIS_PORT name those servers.
What needs a server that does not answer is left out; with CI=true, it fails.
What needs the build uses the last one if "build" is not among the parts.`

/**
 * On a build server, a part that was left out would go unnoticed
 */
const isStrict = process.env.CI === 'true'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism() + 1) },
    help: { type: 'boolean' },
  },
})
if (flags.help) {
  console.log(HELP)
  process.exit()
}
const workers = Number(flags.workers)
if (!(workers >= 1)) {
  throw new Error(`--workers=${flags.workers} is no number of workers`)
}

const results: PartResult[] = []
const leftOut: string[] = []
const transcript = new Transcript()
let embeddedPostgres: Promise<EmbeddedPostgres> | undefined

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    stopParts()
    transcript.flush()
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
  embeddedPostgres ??= startEmbeddedPostgres()
  const { port } = await embeddedPostgres
  return { PG_HOST: '127.0.0.1', PG_PORT: String(port) }
}

async function run(part: Part, section: Section): Promise<PartResult> {
  try {
    const postgres = part.needs?.includes('postgres') ? await providePostgres() : {}
    return await runPart(part, section, { ...environment, ...postgres })
  } catch (error) {
    section.write(`${part.name} could not be started: ${inspect(error)}\n`)
    return { name: part.name, passed: 0, failed: 1, seconds: 0 }
  }
}

const parts = selectParts(listParts(), flags.only?.split(','))

const missingRedis = parts.some((part) => part.isSuite) ? await explainMissingRedis() : undefined
if (missingRedis) {
  reportMissing('tests with Redis', missingRedis)
}
const environment: Record<string, string> = missingRedis ? { WITHOUT_REDIS: 'true' } : {}

await runSideBySide(parts, workers, async (part) => {
  const missing = part.needs?.includes('mariadb') ? await explainMissingMariadb() : undefined
  if (missing) {
    reportMissing(part.name, missing)
    return
  }

  const section = transcript.open()
  section.write(`\n── ${part.name}\n`)
  const result = await run(part, section)
  results.push(result)
  section.write(`${part.name}: ${result.seconds.toFixed(1)} seconds\n`)
  section.end()
})

// Parts have told if it did not start
await embeddedPostgres?.then(
  ({ stop }) => stop(),
  () => {}
)
const names = parts.map(({ name }) => name)
const inOrder = results.toSorted(
  (one, other) => names.indexOf(one.name) - names.indexOf(other.name)
)
console.log(formatReport(inOrder, leftOut, performance.now() / 1000))

const hasFailed = results.length === 0 || results.some((result) => result.failed > 0)
process.exitCode = hasFailed ? 1 : 0
