import { AsyncLocalStorage } from 'node:async_hooks'

import type { UserId } from '../database/guest_tables.ts'

const scope = new AsyncLocalStorage<Set<string>>()

/**
 * Runs a request so that it knows which users it has converted, however deep in
 * the application's code: its own session goes on, all others of the guest end
 */
export function trackConversions<Result>(work: () => Result): Result {
  return scope.run(new Set(), work)
}

/**
 * Prepares to note that the running request has converted a user
 *
 * @returns what to call after the commit, which may run elsewhere
 */
export function conversionNote(userId: UserId): () => void {
  const converted = scope.getStore()
  return () => converted?.add(String(userId))
}

/**
 * Has the running request converted this user?
 */
export function isConvertedHere(userId: UserId): boolean {
  return scope.getStore()?.has(String(userId)) ?? false
}
