import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readCatalog, TABLE_OID } from './catalog.ts'

const SQLITE = `select f."from" as "column" from pragma_foreign_key_list(:table) f`

const POSTGRES = `
  select a.attname as "column"
  from pg_constraint c
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
  where c.contype = 'f' and c.conrelid = ${TABLE_OID}`

const MYSQL = `
  select column_name as \`column\`
  from information_schema.key_column_usage
  where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table
    and referenced_table_name is not null`

const QUERIES = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL }

/**
 * Reads the columns of a table that are part of its own foreign keys
 *
 * @param table `notes`, or `schema.notes`
 */
export async function readReferences(
  client: QueryClientContract,
  table: string
): Promise<string[]> {
  const rows = await readCatalog<{ column: string }>(client, table, QUERIES)
  return rows.map(({ column }) => column)
}
