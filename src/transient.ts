import { setTimeout } from 'node:timers/promises'

import { readDatabaseError } from './database_error.ts'

const MOST_ATTEMPTS = 4
const FIRST_PAUSE = 10

/**
 * Does it again when the database asks for that, because transactions met:
 * deadlocks, serialization failures, a busy SQLite
 */
export async function retryTransient<Result>(callback: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callback()
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || readDatabaseError(error)?.kind !== 'transient') {
        throw error
      }
      await setTimeout(FIRST_PAUSE * attempt * Math.random())
    }
  }
}
