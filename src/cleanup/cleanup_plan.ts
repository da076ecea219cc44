import { DateTime } from 'luxon'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import { BatchSize } from './batch_size.ts'
import type { Expiry } from '../expiry.ts'
import type { CleanupOptions } from '../types.ts'

/**
 * The ids of a batch are bound to one statement, and drivers bind only so many
 */
const LARGEST_BATCH_SIZE = 10_000

/**
 * The options of one run, checked and with their defaults
 */
export interface CleanupPlan {
  olderThan: number
  batchSize: BatchSize
  limit: number
  dryRun: boolean
  signal?: AbortSignal
  onBatch?: CleanupOptions['onBatch']
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
  const { olderThan = expiry.maxAge, batchSize: fixed, limit = Infinity } = options
  const batchSize = fixed ?? largestBatchSize

  mustBe('olderThan', olderThan, 'a number from 0 to the milliseconds since 1970', () => {
    return olderThan >= 0 && olderThan <= DateTime.now().toMillis()
  })
  mustBe('batchSize', batchSize, `a whole number from 1 to ${LARGEST_BATCH_SIZE}`, () => {
    return Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= LARGEST_BATCH_SIZE
  })
  mustBe('limit', limit, 'a whole number of at least 1', () => {
    return limit >= 1 && (limit === Infinity || Number.isInteger(limit))
  })

  const { dryRun = false, signal, onBatch } = options
  return {
    olderThan,
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
