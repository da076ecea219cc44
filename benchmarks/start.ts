/**
 * Measures what the package costs a process that starts. See README.md
 */
import { provideDatabase } from './cleanup/provide_database.ts'
import { writeResults } from './results_page.ts'
import { readOptions } from './start/options.ts'
import { measureStarts } from './start/rounds.ts'
import { listFiles, reportStarts } from './start/report.ts'
import { BenchmarkSite, installContenders } from './visits/site.ts'

/**
 * @returns the exit status
 */
export async function run(flags: string[]): Promise<number> {
  const options = readOptions(flags)
  if (!options) {
    return 0
  }
  await installContenders()
  const database = await provideDatabase('sqlite')
  try {
    const site = await BenchmarkSite.create(database.connection)
    const starts = await measureStarts(site, options.rounds)
    if (options.files) {
      console.log(`\n${listFiles(starts)}`)
    }
    const text = reportStarts(starts)
    console.log(`\n${text}\n`)
    if (options.write) {
      await writeResults('start', text)
    }
    return 0
  } finally {
    await database.drop()
  }
}
