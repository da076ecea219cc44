import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import type { BoundedCount } from '../count.ts'

/**
 * Counting a million rows takes long, and nobody needs the exact number
 */
export const MOST_COUNTED = 10_000

/**
 * Counts the rows of several queries in one, each up to a limit
 *
 * @param queries without columns of their own
 * @param shared subqueries that the queries read from, by name. Their values are
 * sent only once, since databases limit the number of bindings
 */
export async function countBounded(
  client: QueryClientContract,
  queries: DatabaseQueryBuilderContract<any>[],
  shared: Record<string, DatabaseQueryBuilderContract<any>> = {}
): Promise<BoundedCount[]> {
  if (queries.length === 0) {
    return []
  }
  const counts = queries.map((query, index) => {
    const rows = query.select(client.raw('1 as found')).limit(MOST_COUNTED + 1)
    return client.from(rows.as('counted')).count('*').as(`total_${index}`)
  })
  const query = client.query()
  for (const [name, rows] of Object.entries(shared)) {
    query.with(name, rows)
  }
  const [row] = await query.select(...counts)

  return queries.map((_, index) => {
    const total = Number(row[`total_${index}`])
    return { total: Math.min(total, MOST_COUNTED), isMore: total > MOST_COUNTED }
  })
}
