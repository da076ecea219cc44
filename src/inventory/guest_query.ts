import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ChainableContract } from '@adonisjs/lucid/types/querybuilder'

import type { GuestFilter } from '../types.ts'
import type { GuestDirectory } from '../guests/guest_directory.ts'
import type { GuestTables } from '../database/guest_tables.ts'

/**
 * The rows of `guests` that a filter is about, as `g`
 */
export function queryGuests(
  client: QueryClientContract,
  directory: GuestDirectory,
  { guests, userId, moment }: GuestTables,
  filter: GuestFilter
) {
  const columns = { userId: `g.${userId}`, moment: `g.${moment}` }
  return applyFilter(client.from(`${guests} as g`), directory, columns, filter)
}

/**
 * @param columns as the query calls them
 */
export function applyFilter<Query extends ChainableContract>(
  query: Query,
  directory: GuestDirectory,
  columns: { userId: string; moment: string },
  filter: GuestFilter
): Query {
  const { userIds, since, cutoff } = directory.bounds(filter)
  if (filter.before) {
    query.where(columns.moment, '<', cutoff)
  }
  if (since !== undefined) {
    query.where(columns.moment, '>=', since)
  }
  if (userIds) {
    query.whereIn(columns.userId, userIds)
  }
  return query
}
