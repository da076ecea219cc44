import type { Blocker } from './blockers.ts'
import type { UserId } from '../database/guest_tables.ts'
import type { BatchOutcome } from './batch.ts'
import type { BlockedGuests, CleanupResult, LeftGuests, RemainingGuests } from '../types.ts'

/**
 * Ids listed per reason: millions of guests may be blocked
 */
const MAX_EXAMPLES = 100

/**
 * Accumulates the result of a cleanup, in constant space
 */
export class CleanupReport {
  #startedAt = performance.now()
  #deleted = 0
  #left = new Map<LeftGuests['reason'], LeftGuests>()
  #blocked = new Map<string, BlockedGuests>()
  readonly expired: number

  constructor(expired: number) {
    this.expired = expired
  }

  get deleted(): number {
    return this.#deleted
  }

  /**
   * Ignores skipped guests, which may still be deleted in a retry
   */
  add({ deleted, kept, blocked }: BatchOutcome) {
    this.addDeleted(deleted.length)
    this.addLeft('kept', kept)
    for (const { userId, blocker } of blocked) {
      this.#addBlocked(userId, blocker)
    }
  }

  addDeleted(guests: number) {
    this.#deleted += guests
  }

  addLeft(reason: LeftGuests['reason'], userIds: UserId[]) {
    for (const userId of userIds) {
      const guests = this.#left.get(reason) ?? { reason, total: 0, userIds: [] }
      this.#left.set(reason, guests)
      count(guests, userId)
    }
  }

  result(aborted: boolean): CleanupResult {
    const leftBy = [...this.#left.values()].map(copy)
    const blockedBy = [...this.#blocked.values()].map(copy)
    return {
      expired: this.expired,
      deleted: this.#deleted,
      left: sum(leftBy),
      leftBy,
      blocked: sum(blockedBy),
      blockedBy,
      seconds: Math.round(performance.now() - this.#startedAt) / 1000,
      aborted,
    }
  }

  #addBlocked(userId: UserId, { table, constraint }: Blocker) {
    const key = JSON.stringify([table, constraint])
    const guests = this.#blocked.get(key) ?? { table, constraint, total: 0, userIds: [] }
    this.#blocked.set(key, guests)
    count(guests, userId)
  }
}

function count(guests: RemainingGuests, userId: UserId) {
  guests.total += 1
  if (guests.userIds.length < MAX_EXAMPLES) {
    guests.userIds.push(userId)
  }
}

function copy<Guests extends RemainingGuests>(guests: Guests): Guests {
  return { ...guests, userIds: [...guests.userIds] }
}

function sum(groups: RemainingGuests[]): number {
  return groups.reduce((total, guests) => total + guests.total, 0)
}
