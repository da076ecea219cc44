import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readCatalog, TABLE_OID } from './catalog.ts'

/**
 * A column, as the catalogue describes it
 */
export interface TableColumn {
  name: string

  /**
   * The database's own name in lower case, such as `varchar(20)`
   */
  type: string
  isNullable: boolean

  /**
   * A row can be inserted without it: it has a default, is auto-incremented or
   * generated
   */
  hasDefault: boolean

  /**
   * Of a text on MySQL, where a foreign key must have that of its key
   */
  collation?: string
}

interface Row {
  name: string
  type: string
  nullable: boolean | number
  has_default: boolean | number
  collation?: string | null
}

/**
 * An INTEGER PRIMARY KEY is auto-incremented
 */
const SQLITE = `
  select c.name as "name", c.type as "type", c."notnull" = 0 and c.pk = 0 as "nullable",
    c.dflt_value is not null or c.hidden > 0 or (
      c.pk = 1 and upper(c.type) = 'INTEGER'
      and (select count(*) from pragma_table_xinfo(:table) k where k.pk > 0) = 1
    ) as "has_default"
  from pragma_table_xinfo(:table) c order by c.cid`

const POSTGRES = `
  select a.attname as "name", format_type(a.atttypid, a.atttypmod) as "type",
    not a.attnotnull as "nullable", a.atthasdef or a.attidentity <> '' as "has_default"
  from pg_attribute a
  where a.attrelid = ${TABLE_OID} and a.attnum > 0 and not a.attisdropped
  order by a.attnum`

const MYSQL = `
  select column_name as \`name\`, column_type as \`type\`, is_nullable = 'YES' as \`nullable\`,
    column_default is not null or extra like '%auto_increment%' or extra like '%generated%'
      as \`has_default\`, collation_name as \`collation\`
  from information_schema.columns
  where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table
  order by ordinal_position`

const QUERIES = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL }

/**
 * Reads the columns of a table from the database's own catalogue. Lucid's
 * `columnsInfo` does not report which ones the database fills
 *
 * @param table `users`, or `schema.users`
 * @returns an empty list when the table does not exist
 */
export async function readTableColumns(
  client: QueryClientContract,
  table: string
): Promise<TableColumn[]> {
  const rows = await readCatalog<Row>(client, table, QUERIES)
  return rows.map((row) => ({
    name: row.name,
    type: row.type.toLowerCase(),
    isNullable: Boolean(row.nullable),
    hasDefault: Boolean(row.has_default),
    collation: row.collation ?? undefined,
  }))
}
