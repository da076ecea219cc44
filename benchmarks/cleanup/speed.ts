import { setTimeout as sleep } from 'node:timers/promises'

import type { World } from './world.ts'
import type { TransactionTime } from './transaction_timer.ts'
import { CleanerProcess, type Cleaned } from './cleaner_process.ts'

/**
 * Seconds to delete the same number of guests
 */
export interface SpeedRound {
  raw: number
  cleanup: number
}

export interface Speed {
  rounds: SpeedRound[]
  transactions: TransactionTime[]
}

/**
 * Alternates cleanups and raw SQL deletes of the same number of freshly written
 * guests
 */
export async function measureSpeed(world: World): Promise<Speed> {
  const { options, connection } = world
  const cleaner = await CleanerProcess.start(connection)
  const rounds: SpeedRound[] = []
  const transactions: TransactionTime[] = []

  // Warms up connections and the JIT compiler
  await cleanUp(world, cleaner, Math.ceil(options.guests / 10))

  for (let index = 0; index < options.rounds; index++) {
    const round: SpeedRound = { raw: 0, cleanup: 0 }
    const ways = [
      async () => {
        round.raw = await deleteRaw(world, options.guests)
      },
      async () => {
        const cleaned = await cleanUp(world, cleaner, options.guests)
        round.cleanup = cleaned.result.seconds
        transactions.push(...cleaned.transactions)
      },
    ]
    for (const way of index % 2 === 0 ? ways : ways.toReversed()) {
      await way()
    }
    rounds.push(round)
    const ratio = round.raw / round.cleanup
    console.log(
      `round ${index + 1}: raw ${round.raw.toFixed(2)} s, cleanup ${round.cleanup.toFixed(2)} s, ratio ${ratio.toFixed(2)}`
    )
  }

  await cleaner.close()
  return { rounds, transactions }
}

async function deleteRaw({ population }: World, guests: number): Promise<number> {
  await population.addExpiredGuests(guests)
  await population.settle()
  await waitUntilIdle()
  const seconds = await population.deleteRaw()
  await assertNoneLeft(population)
  return seconds
}

async function cleanUp(world: World, cleaner: CleanerProcess, guests: number): Promise<Cleaned> {
  const { population, options } = world
  await population.addExpiredGuests(guests)
  await population.settle()
  await waitUntilIdle()
  const cleaned = await cleaner.clean({ batchSize: options.batchSize })
  await assertNoneLeft(population)
  return cleaned
}

/**
 * Waits until earlier queries no longer count as activity, because a cleanup
 * rests for active sessions
 */
function waitUntilIdle(): Promise<void> {
  return sleep(1100)
}

async function assertNoneLeft(population: World['population']) {
  const left = await population.countExpired()
  if (left > 0) {
    throw new Error(`${left} expired guests were not deleted, so the comparison is invalid`)
  }
}
