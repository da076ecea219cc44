/**
 * Measures the speed of a cleanup, the length of its transactions, its memory,
 * and what visitors of the site notice. See README.md
 */
import os from 'node:os'

import { Population } from './cleanup/population.ts'
import { measureSpeed } from './cleanup/speed.ts'
import { measureVisitors } from './cleanup/requests.ts'
import { readOptions } from './cleanup/options.ts'
import { measureLongRun } from './cleanup/long_run.ts'
import { describeDisk } from './cleanup/describe_disk.ts'
import { describeServer } from './cleanup/describe_server.ts'
import { provideDatabase } from './cleanup/provide_database.ts'
import { createBenchmarkApp } from './cleanup/benchmark_app.ts'
import { createTables } from '../tests/app/tables.ts'
import { Verdict } from './cleanup/verdict.ts'
import { Visitors } from './cleanup/visitors.ts'
import { Worker } from './cleanup/worker.ts'

/**
 * @returns the exit status: 1 when PostgreSQL misses a target
 */
export async function run(flags: string[]): Promise<number> {
  const options = readOptions(flags)
  const database = await provideDatabase(options.database)
  const app = await createBenchmarkApp(database.connection)
  const population = new Population(app.db, options.database)

  try {
    if (options.database === 'sqlite') {
      await app.db.rawQuery('pragma journal_mode = wal')
    }
    await createTables(app.db, 'increments')
    await population.prepare()
    console.log(await describeServer(app.db, options.database))
    console.log(await describeDisk())
    console.log(`Node.js ${process.version}, ${os.availableParallelism()} processors`)

    const site = new Worker('./site.ts', database.connection)
    const { url } = await site.receive<{ url: string }>('url')
    const visitors = await Visitors.arrive(url)
    await population.addRegularUsers(Math.ceil(options.guests / 10))
    await population.addActiveGuests(options.guests)

    const world = { population, visitors, options, connection: database.connection }
    const longRun = await measureLongRun(world)
    const speed = await measureSpeed(world)
    const requests = await measureVisitors(world)
    await site.close()

    const verdict = new Verdict(options.guests, { speed, longRun, requests })
    console.log(verdict.table())
    return verdict.isMissed && options.database === 'postgres' ? 1 : 0
  } finally {
    await app.close()
    await database.drop()
  }
}
