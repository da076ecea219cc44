import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { GuestFilter } from '../types.ts'
import type { GuestDirectory } from '../guest_directory.ts'
import type { GuestTables } from '../cleanup/guest_tables.ts'

/**
 * The rows of `guests` that a filter is about, as `g`
 */
export function queryGuests(
  client: QueryClientContract,
  directory: GuestDirectory,
  { guests, userId, moment }: GuestTables,
  filter: GuestFilter
) {
  const { userIds, since, cutoff } = directory.bounds(filter)
  const query = client.from(`${guests} as g`)

  if (filter.before) {
    query.where(`g.${moment}`, '<', cutoff)
  }
  if (since !== undefined) {
    query.where(`g.${moment}`, '>=', since)
  }
  if (userIds) {
    query.whereIn(`g.${userId}`, userIds)
  }
  return query
}
