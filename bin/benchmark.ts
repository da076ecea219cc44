/**
 * Runs one benchmark: `npm run benchmark -- cleanup --database=postgres`
 */
import 'reflect-metadata'

const BENCHMARKS = ['cleanup', 'visits', 'start']

const [name, ...flags] = process.argv.slice(2)
if (!BENCHMARKS.includes(name)) {
  console.error(`Which benchmark? There is: ${BENCHMARKS.join(', ')}`)
  process.exit(1)
}

const { run } = await import(`../benchmarks/${name}.ts`)
process.exitCode = await run(flags)
