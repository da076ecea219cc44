import { setTimeout as sleep } from 'node:timers/promises'

import { readDatabaseError } from './database/database_error.ts'

const MOST_ATTEMPTS = 4

/**
 * Milliseconds
 */
const FIRST_PAUSE = 20

/**
 * Did the work fail only because of what others were doing at that moment?
 */
export function isContention(error: unknown): boolean {
  const kind = readDatabaseError(error)?.kind
  return kind === 'transient' || kind === 'lock_timeout'
}

/**
 * Tries again when transactions met: a deadlock, a serialization failure, or a
 * database that was busy. The pauses grow and are random, so that two who met
 * once do not meet again
 *
 * @throws whatever is not transient, and what still is after the last attempt
 */
export async function retryTransient<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || readDatabaseError(error)?.kind !== 'transient') {
        throw error
      }
      await sleep(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random()))
    }
  }
}
