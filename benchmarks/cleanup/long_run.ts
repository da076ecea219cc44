import type { World } from './world.ts'
import { CleanerProcess, type Cleaned } from './cleaner_process.ts'

/**
 * Deletes all guests in one run of a new process, like the first cleanup of a
 * site
 */
export async function measureLongRun(world: World): Promise<Cleaned> {
  const { population, options, connection } = world
  await population.addExpiredGuests(options.guests)
  await population.settle()

  const cleaner = await CleanerProcess.start(connection)
  const cleaned = await cleaner.clean({ batchSize: options.batchSize })
  await cleaner.close()
  console.log(`long run: ${cleaned.result.deleted} in ${cleaned.result.seconds.toFixed(1)} s`)
  return cleaned
}
