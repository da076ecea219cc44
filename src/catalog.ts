import { RuntimeException } from '@adonisjs/core/exceptions'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { quoteQualifiedName, splitQualifiedName } from './qualified_name.ts'

/**
 * The same question to the catalogue of each database. `:table` stands for the
 * name of the table: quoted for `to_regclass` of PostgreSQL; for MySQL,
 * `:schema` is the name of its database, or empty
 */
export interface CatalogQueries {
  sqlite: string
  postgres: string
  mysql: string
}

/**
 * Asks the database's own catalogue about a table
 *
 * @param table `users`, or `schema.users`
 */
export async function readCatalog<Row>(
  client: QueryClientContract,
  table: string,
  queries: CatalogQueries
): Promise<Row[]> {
  const dialect = client.dialect.name
  switch (dialect) {
    case 'better-sqlite3':
    case 'sqlite3':
    case 'libsql':
      return client.rawQuery(queries.sqlite, { table })
    case 'postgres': {
      const { rows } = await client.rawQuery(queries.postgres, { table: quoteQualifiedName(table) })
      return rows
    }
    case 'mysql': {
      const [rows] = await client.rawQuery(queries.mysql, splitQualifiedName(table))
      return rows
    }
    default:
      throw new RuntimeException(`The catalogue of "${dialect}" databases cannot be read`)
  }
}

const TABLES = {
  sqlite: `select 1 from sqlite_master where type = 'table' and lower(name) = lower(:table)`,
  postgres: `select 1 from pg_class where oid = to_regclass(:table) and relkind in ('r', 'p')`,
  mysql: `
    select 1 from information_schema.tables
    where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table
      and table_type = 'BASE TABLE'`,
}

/**
 * Is there such a table? A view is none
 */
export async function isTable(client: QueryClientContract, table: string): Promise<boolean> {
  const rows = await readCatalog(client, table, TABLES)
  return rows.length > 0
}
