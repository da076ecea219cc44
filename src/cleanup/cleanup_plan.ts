import { DateTime } from 'luxon'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import type { Expiry } from '../guests/expiry.ts'
import type { Bookmark } from './expired_guests.ts'
import type { CleanupOptions, GuestFilter } from '../types.ts'

/**
 * Ids are bound to one statement, and drivers bind only so many
 */
const MOST_IDS = 10_000

/**
 * The options of one run, checked and with their defaults
 */
export interface CleanupPlan {
  filter: GuestFilter

  /**
   * Goes on behind this guest
   */
  after?: Bookmark

  /**
   * As somebody asked for; the database decides without it
   */
  batchSize?: number
  limit: number
  dryRun: boolean
  signal?: AbortSignal
  onBatch?: CleanupOptions['onBatch']

  /**
   * After each batch, also when others held all of its guests
   */
  onAttempt?: () => void
}

/**
 * @throws InvalidArgumentsException when a number makes no sense
 */
export function planCleanup(options: CleanupOptions, expiry: Expiry): CleanupPlan {
  const { olderThan = expiry.maxAge, batchSize, limit = Infinity, userIds } = options

  assertNumber('olderThan', olderThan, 'a number from 0 to the milliseconds since 1970', () => {
    return olderThan >= 0 && olderThan <= DateTime.now().toMillis()
  })
  if (batchSize !== undefined) {
    assertNumber('batchSize', batchSize, `a whole number from 1 to ${MOST_IDS}`, () => {
      return isWholeNumber(batchSize, MOST_IDS)
    })
  }
  assertNumber('limit', limit, 'a whole number of at least 1', () => {
    return limit === Infinity || isWholeNumber(limit, Infinity)
  })

  if (userIds !== undefined && !isListOfIds(userIds)) {
    throw new InvalidArgumentsException(
      `"userIds" of a cleanup must be a list of at most ${MOST_IDS} ids`
    )
  }

  const { dryRun = false, signal, onBatch } = options
  return {
    filter: { before: expiry.cutoff(olderThan), userIds },
    batchSize,
    limit,
    dryRun,
    signal,
    onBatch,
  }
}

function assertNumber(name: string, value: number, wanted: string, isRight: () => boolean) {
  if (typeof value !== 'number' || !isRight()) {
    throw new InvalidArgumentsException(`"${name}" of a cleanup must be ${wanted}, not ${value}`)
  }
}

function isWholeNumber(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

function isListOfIds(userIds: unknown): boolean {
  return (
    Array.isArray(userIds) &&
    userIds.length <= MOST_IDS &&
    userIds.every((userId) => ['string', 'number'].includes(typeof userId))
  )
}
