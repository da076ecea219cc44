import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

import { qualifiedName } from '../database/dependents.ts'
import type { GuestTables } from '../database/guest_tables.ts'
import type { ForeignKey } from '../database/foreign_keys.ts'

/**
 * Joins the guests of a query (its `g`) with their rows at the end of a path of
 * foreign keys
 */
export function joinDependents<Query extends DatabaseQueryBuilderContract<any>>(
  query: Query,
  { userId, users, id }: GuestTables,
  keys: ForeignKey[]
): Query {
  query.join(`${users} as t0`, `t0.${id}`, `g.${userId}`)
  for (const [index, key] of keys.entries()) {
    query.join(`${qualifiedName(key)} as t${index + 1}`, (join) => {
      for (const [position, column] of key.columns.entries()) {
        join.on(`t${index + 1}.${column}`, `t${index}.${key.referencedColumns[position]}`)
      }
    })
  }
  return query
}
