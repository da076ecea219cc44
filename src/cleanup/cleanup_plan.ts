import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import { parseAge } from '../age.ts'
import type { Expiry } from '../guests/expiry.ts'
import type { Bookmark } from '../database/bookmark.ts'
import type { CleanupOptions, GuestFilter } from '../types.ts'

/**
 * All ids are bound in one statement, and drivers limit the number of bindings
 */
const MAX_IDS = 10_000

/**
 * The validated options of one run, with defaults
 */
export interface CleanupPlan {
  filter: GuestFilter

  /**
   * Continues after this guest
   */
  after?: Bookmark

  /**
   * A fixed size; adapts when undefined
   */
  batchSize?: number
  limit: number
  dryRun: boolean
  signal?: AbortSignal

  /**
   * A transaction only where the caller wants these guests deleted in it
   */
  client?: CleanupOptions['client']
  onBatch?: CleanupOptions['onBatch']

  /**
   * Called after each batch, even if all of its guests were locked
   */
  onAttempt?: () => void
}

/**
 * @throws InvalidArgumentsException when an option is out of range
 */
export function planCleanup(options: CleanupOptions, expiry: Expiry): CleanupPlan {
  const { olderThan, batchSize, limit = Infinity, userIds } = options

  const age = olderThan === undefined ? expiry.maxAge : parseAge(olderThan)
  if (age === null) {
    throw new InvalidArgumentsException(
      `"olderThan" of a cleanup must be a duration with a unit, such as '30 days', from '1 second' to the time since 1970, not ${quote(olderThan)}`
    )
  }
  if (batchSize !== undefined) {
    assertNumber('batchSize', batchSize, `a whole number from 1 to ${MAX_IDS}`, () => {
      return isWholeNumber(batchSize, MAX_IDS)
    })
  }
  assertNumber('limit', limit, 'a whole number of at least 1', () => {
    return limit === Infinity || isWholeNumber(limit, Infinity)
  })

  if (userIds !== undefined && !isListOfIds(userIds)) {
    throw new InvalidArgumentsException(
      `"userIds" of a cleanup must be a list of at most ${MAX_IDS} ids`
    )
  }

  const { dryRun = false, signal, client, onBatch } = options
  if (client?.isTransaction) {
    throw new InvalidArgumentsException(
      '"client" of a cleanup must be a connection, not a transaction: it deletes guests in short transactions of its own'
    )
  }
  return {
    filter: { before: expiry.cutoff(age), userIds },
    batchSize,
    limit,
    dryRun,
    signal,
    client,
    onBatch,
  }
}

function assertNumber(name: string, value: number, expected: string, isValid: () => boolean) {
  if (typeof value !== 'number' || !isValid()) {
    throw new InvalidArgumentsException(`"${name}" of a cleanup must be ${expected}, not ${value}`)
  }
}

/**
 * Tells the text '30' from the number 30
 */
function quote(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function isWholeNumber(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max
}

function isListOfIds(userIds: unknown): boolean {
  return (
    Array.isArray(userIds) &&
    userIds.length <= MAX_IDS &&
    userIds.every((userId) => ['string', 'number'].includes(typeof userId))
  )
}
