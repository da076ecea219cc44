import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import type { UserId } from './guest_tables.ts'

/**
 * Narrows a query down to these users.
 *
 * PostgreSQL gets all ids as one array: thousands of bindings take it, and us,
 * longer to read than the rows take to delete
 */
export function whereUserIn<Query extends DatabaseQueryBuilderContract<any>>(
  query: Query,
  column: string,
  userIds: UserId[]
): Query {
  return query.client.dialect.name === 'postgres'
    ? query.whereRaw('?? = any(?)', [column, userIds as unknown as string])
    : query.whereIn(column, userIds)
}
