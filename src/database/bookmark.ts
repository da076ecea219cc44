import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ChainableContract } from '@adonisjs/lucid/types/querybuilder'

import { isSqlite } from './catalog.ts'
import type { UserId } from './guest_tables.ts'

/**
 * The place of a guest in a list that is sorted by a moment, and by user ids
 * among equal moments
 */
export interface Bookmark {
  userId: UserId

  /**
   * Text from the database, which keeps the full precision of its clock
   */
  moment: string
}

/**
 * Continues a sorted list beyond a bookmark, so that an index over both columns
 * starts right there, however many guests have the same moment. Only MySQL does
 * not use an index for a comparison of rows
 *
 * @param columns their names in the query
 */
export function whereBeyond<Query extends ChainableContract>(
  query: Query,
  { dialect }: Pick<QueryClientContract, 'dialect'>,
  columns: { moment: string; userId: string },
  { moment, userId }: Bookmark,
  direction: 'asc' | 'desc' = 'asc'
): Query {
  const beyond = direction === 'asc' ? '>' : '<'
  if (dialect.name === 'postgres' || isSqlite({ dialect })) {
    query.whereRaw(`(??, ??) ${beyond} (?, ?)`, [columns.moment, columns.userId, moment, userId])
  } else {
    query.where((rest) => {
      rest.where(columns.moment, beyond, moment).orWhere((ties) => {
        ties.where(columns.moment, moment).where(columns.userId, beyond, userId)
      })
    })
  }
  return query
}
