import { DateTime } from 'luxon'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import { BatchSize } from './pace.ts'
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
  batchSize: BatchSize
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
 * @param largestBatchSize when the options name none
 * @throws InvalidArgumentsException when a number makes no sense
 */
export function planCleanup(
  options: CleanupOptions,
  expiry: Expiry,
  largestBatchSize: number
): CleanupPlan {
  const { olderThan = expiry.maxAge, batchSize: fixed, limit = Infinity, userIds } = options
  const batchSize = fixed ?? largestBatchSize

  mustBe('olderThan', olderThan, 'a number from 0 to the milliseconds since 1970', () => {
    return olderThan >= 0 && olderThan <= DateTime.now().toMillis()
  })
  mustBe('batchSize', batchSize, `a whole number from 1 to ${MOST_IDS}`, () => {
    return Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= MOST_IDS
  })
  mustBe('limit', limit, 'a whole number of at least 1', () => {
    return limit >= 1 && (limit === Infinity || Number.isInteger(limit))
  })

  if (userIds !== undefined && !isListOfIds(userIds)) {
    throw new InvalidArgumentsException(
      `"userIds" of a cleanup must be a list of at most ${MOST_IDS} ids`
    )
  }

  const { dryRun = false, signal, onBatch } = options
  return {
    filter: { before: expiry.cutoff(olderThan), userIds },
    batchSize: fixed === undefined ? BatchSize.upTo(batchSize) : BatchSize.fixed(batchSize),
    limit,
    dryRun,
    signal,
    onBatch,
  }
}

function mustBe(name: string, value: number, wanted: string, isRight: () => boolean) {
  if (typeof value !== 'number' || !isRight()) {
    throw new InvalidArgumentsException(`"${name}" of a cleanup must be ${wanted}, not ${value}`)
  }
}

function isListOfIds(userIds: unknown): boolean {
  return (
    Array.isArray(userIds) &&
    userIds.length <= MOST_IDS &&
    userIds.every((userId) => ['string', 'number'].includes(typeof userId))
  )
}
