import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readCatalog, TABLE_OID } from './catalog.ts'

/**
 * What the database does with a row when the row it references is deleted
 */
export type DeleteRule = 'cascade' | 'set null' | 'set default' | 'restrict' | 'no action'

/**
 * A foreign key of another table, or of the same one, that references a table
 */
export interface ForeignKey {
  /**
   * Null on SQLite, which does not name foreign keys
   */
  name: string | null

  /**
   * The schema (PostgreSQL) or database (MySQL) of the table, null on SQLite
   */
  schema: string | null
  table: string

  /**
   * Its name without the schema means this table: on PostgreSQL, the search path
   * leads to it
   */
  isVisible: boolean
  columns: string[]

  /**
   * The referenced columns, in the same order
   */
  referencedColumns: string[]
  onDelete: DeleteRule

  /**
   * False when the application's database user may not read the table
   */
  isReadable: boolean
}

/**
 * One column of a foreign key, as the queries below return it
 */
interface Row {
  id: string | number
  name: string | null
  schema: string | null
  table: string
  column: string
  referenced_column: string | null
  on_delete: string
  is_visible: boolean | number

  /**
   * Missing where the catalogue hides unreadable tables
   */
  is_readable?: boolean
}

const SQLITE = `
  select m.name || ':' || f.id as "id", null as "name", null as "schema", m.name as "table",
    f."from" as "column",
    coalesce(f."to", (
      select k.name from pragma_table_info(f."table") k where k.pk = f.seq + 1
    )) as "referenced_column",
    f.on_delete as "on_delete", 1 as "is_visible"
  from sqlite_master m, pragma_foreign_key_list(m.name) f
  where m.type = 'table' and lower(f."table") = lower(:table)
  order by m.name, f.id, f.seq`

/**
 * Keys of partitions are skipped: they repeat those of their table
 */
const POSTGRES = `
  select c.oid as "id", c.conname as "name", n.nspname as "schema", t.relname as "table",
    a.attname as "column", r.attname as "referenced_column",
    case c.confdeltype when 'c' then 'cascade' when 'n' then 'set null'
      when 'd' then 'set default' when 'r' then 'restrict' else 'no action' end as "on_delete",
    pg_table_is_visible(t.oid) as "is_visible",
    has_schema_privilege(n.oid, 'usage') and has_table_privilege(t.oid, 'select') as "is_readable"
  from pg_constraint c
  join pg_class t on t.oid = c.conrelid
  join pg_namespace n on n.oid = t.relnamespace
  cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (own, other, position)
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
  join pg_attribute r on r.attrelid = c.confrelid and r.attnum = k.other
  where c.contype = 'f' and c.conparentid = 0 and c.confrelid = ${TABLE_OID}
  order by n.nspname, t.relname, c.conname, k.position`

const MYSQL = `
  select concat(k.table_schema, ':', k.table_name, ':', k.constraint_name) as \`id\`,
    k.constraint_name as \`name\`, k.table_schema as \`schema\`, k.table_name as \`table\`,
    k.column_name as \`column\`, k.referenced_column_name as \`referenced_column\`,
    lower(r.delete_rule) as \`on_delete\`, k.table_schema = database() as \`is_visible\`
  from information_schema.key_column_usage k
  join information_schema.referential_constraints r
    on r.constraint_schema = k.constraint_schema and r.table_name = k.table_name
    and r.constraint_name = k.constraint_name
  where k.referenced_table_schema = coalesce(nullif(:schema, ''), database())
    and k.referenced_table_name = :table
  order by k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`

const QUERIES = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL }

/**
 * Reads the foreign keys that reference a table from the database's own
 * catalogue, sorted by table
 *
 * @param table `users`, or `schema.users`
 */
export async function readForeignKeys(
  client: QueryClientContract,
  table: string
): Promise<ForeignKey[]> {
  const keys = new Map<Row['id'], ForeignKey>()

  for (const row of await readCatalog<Row>(client, table, QUERIES)) {
    const key = keys.get(row.id) ?? {
      name: row.name,
      schema: row.schema,
      table: row.table,
      isVisible: Boolean(row.is_visible),
      columns: [],
      referencedColumns: [],
      onDelete: row.on_delete.toLowerCase() as DeleteRule,
      isReadable: row.is_readable ?? true,
    }
    key.columns.push(row.column)
    key.referencedColumns.push(row.referenced_column!)
    keys.set(row.id, key)
  }
  return [...keys.values()]
}
