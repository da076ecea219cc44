import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readForeignKeys, type ForeignKey } from '../database/foreign_keys.ts'

/**
 * A foreign key that the database looks at when a user is deleted
 */
export interface Dependent {
  key: ForeignKey

  /**
   * The table it points at: that of the users, or one whose rows are deleted
   * with theirs
   */
  parent: string

  /**
   * The name of its own table for the catalogue
   */
  qualifiedTable: string

  /**
   * The name to show: without a schema when it is the usual one
   */
  title: string

  /**
   * The schema, when it is not the usual one
   */
  schema: string | null
}

/**
 * Follows the foreign keys from the users on, through all tables whose rows are
 * deleted with those they point at
 */
export async function findDependents(
  client: QueryClientContract,
  usersTable: string
): Promise<Dependent[]> {
  const home = await readHomeSchema(client)
  const dependents: Dependent[] = []
  const seen = new Set<string>()
  const waiting = [{ table: usersTable, title: usersTable }]

  for (const parent of waiting) {
    for (const key of await readForeignKeys(client, parent.table)) {
      const schema = key.schema === home ? null : key.schema
      const qualifiedTable = key.schema ? `${key.schema}.${key.table}` : key.table
      const title = schema ? `${schema}.${key.table}` : key.table
      dependents.push({ key, parent: parent.title, qualifiedTable, title, schema })

      if (key.onDelete === 'cascade' && title !== usersTable && !seen.has(title)) {
        seen.add(title)
        waiting.push({ table: qualifiedTable, title })
      }
    }
  }
  return dependents
}

/**
 * The schema in which tables are found by their names alone
 */
async function readHomeSchema(client: QueryClientContract): Promise<string | null> {
  switch (client.dialect.name) {
    case 'postgres': {
      const { rows } = await client.rawQuery('select current_schema() as name')
      return rows[0].name
    }
    case 'mysql': {
      const [rows] = await client.rawQuery('select database() as name')
      return rows[0].name
    }
    default:
      return null
  }
}
