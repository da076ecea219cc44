/**
 * Measures what visits cost, beside a page without guests, what people write by
 * hand, and better-auth; or what a process has grown by after many. See README.md
 */
import { Emitter } from '@adonisjs/core/events'
import { Logger } from '@adonisjs/core/logger'
import { Database } from '@adonisjs/lucid/database'
import { AppFactory } from '@adonisjs/core/factories/app'

import { measure } from './visits/rounds.ts'
import { readOptions } from './visits/options.ts'
import { soak } from './visits/soak.ts'
import { report } from './visits/report.ts'
import { reportSoak } from './visits/soak_report.ts'
import { writeResults } from './results_page.ts'
import { BenchmarkSite, installContenders } from './visits/site.ts'
import { describeServer } from './cleanup/describe_server.ts'
import { provideDatabase } from './cleanup/provide_database.ts'

/**
 * @returns the exit status
 */
export async function run(flags: string[]): Promise<number> {
  const options = readOptions(flags)
  if (!options) {
    return 0
  }
  await installContenders()
  const database = await provideDatabase(options.database)
  const { connection } = database
  const app = new AppFactory().create(new URL('./', import.meta.url))
  const db = new Database(
    { connection: 'main', connections: { main: connection as never } },
    new Logger({ enabled: false }),
    new Emitter(app)
  )

  try {
    const site = await BenchmarkSite.create(connection)
    const server = await describeServer(db, options.database)
    const text = options.soak
      ? reportSoak(await soak(site, db, options), server)
      : report(await measure(site, db, options), options, server)
    console.log(`\n${text}\n`)
    if (options.write) {
      await writeResults(`${options.soak ? 'soak' : 'visits'}: ${options.database}`, text)
    }
    return 0
  } finally {
    await db.manager.closeAll()
    await database.drop()
  }
}
