import { RuntimeException } from '@adonisjs/core/exceptions'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * The same query for the catalogue of each database. `:table` and `:schema` are
 * bound to the name of the table and of its schema (its database on MySQL),
 * which may be empty. On PostgreSQL, `TABLE_OID` uses both
 */
export interface CatalogQueries {
  sqlite: string
  postgres: string
  mysql: string
}

/**
 * The table in PostgreSQL's catalogue. `to_regclass` follows the search path,
 * but rejects names of schemas that the role may not use
 */
export const TABLE_OID = `coalesce(to_regclass(nullif(:unqualified, ''))::oid, (
  select named.oid from pg_class named
  join pg_namespace home on home.oid = named.relnamespace
  where home.nspname = :schema and named.relname = :table
))`

/**
 * Runs a catalogue query for a table
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
      const name = splitQualifiedName(table)
      const unqualified = name.schema ? '' : `"${name.table.replaceAll('"', '""')}"`
      const { rows } = await client.rawQuery(queries.postgres, { ...name, unqualified })
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
  postgres: `select 1 from pg_class where oid = ${TABLE_OID} and relkind in ('r', 'p')`,
  mysql: `
    select 1 from information_schema.tables
    where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table
      and table_type = 'BASE TABLE'`,
}

/**
 * Does this table exist? Views do not count
 */
export async function isTable(client: QueryClientContract, table: string): Promise<boolean> {
  const rows = await readCatalog(client, table, TABLES)
  return rows.length > 0
}

const SQLITE_DIALECTS = ['better-sqlite3', 'sqlite3', 'libsql']

/**
 * SQLite, with any of its drivers: one writer at a time, no sessions, no row
 * locks, no text lengths
 */
export function isSqlite({ dialect }: Pick<QueryClientContract, 'dialect'>): boolean {
  return SQLITE_DIALECTS.includes(dialect.name)
}

/**
 * Splits `users`, or `schema.users`; `schema` is empty when the name has none
 */
export function splitQualifiedName(name: string): { schema: string; table: string } {
  const dot = name.lastIndexOf('.')
  return { schema: name.slice(0, Math.max(dot, 0)), table: name.slice(dot + 1) }
}

/**
 * The name under which the catalogue and queries find a table. SQLite has no
 * schemas
 */
export function qualifiedName({ schema, table }: { schema: string | null; table: string }): string {
  return schema ? `${schema}.${table}` : table
}

/**
 * Does a model refer to this table by that name?
 *
 * @param isVisible the name without a schema means this table
 * @param name `guests`, or `schema.guests`
 */
export function isNamed(
  { schema, table, isVisible }: { schema: string | null; table: string; isVisible: boolean },
  name: string
): boolean {
  return (isVisible && name === table) || name === qualifiedName({ schema, table })
}

/**
 * The collation of texts in a new table on MySQL. On other databases, it does not
 * matter to foreign keys
 */
export async function readDefaultCollation(
  client: QueryClientContract
): Promise<string | undefined> {
  if (client.dialect.name !== 'mysql') {
    return undefined
  }
  const [[row]] = await client.rawQuery('select @@collation_database as name')
  return row.name
}

/**
 * The schema in which unqualified table names are looked up: the database on
 * MySQL, null on SQLite
 */
export async function readDefaultSchema(client: QueryClientContract): Promise<string | null> {
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
