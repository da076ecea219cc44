import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readCatalog, TABLE_OID } from './catalog.ts'

/**
 * Columns that no two rows of a table may share: a primary key, a unique
 * constraint or a unique index. Keys over expressions, prefixes or some rows
 * only are not listed, as their columns alone cannot be compared
 */
export interface UniqueKey {
  name: string
  columns: string[]
  isPrimary: boolean
}

interface Row {
  name: string
  column: string | null
  primary: boolean | number
}

/**
 * SQLite lists no index for an INTEGER PRIMARY KEY
 */
const SQLITE = `
  select 'primary' as "name", k.name as "column", 1 as "primary", k.pk as "position"
  from pragma_table_info(:table) k where k.pk > 0
  union all
  select i.name, c.name, 0, c.seqno
  from pragma_index_list(:table) i, pragma_index_info(i.name) c
  where i."unique" = 1 and i.partial = 0 and i.origin <> 'pk'
  order by 1, 4`

const POSTGRES = `
  select i.relname as "name", a.attname as "column", x.indisprimary as "primary"
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
  cross join lateral unnest(x.indkey::int2[]) with ordinality as k (number, position)
  left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number and k.number > 0
  where x.indisunique and x.indpred is null and k.position <= x.indnkeyatts
    and x.indrelid = ${TABLE_OID}
  order by i.relname, k.position`

const MYSQL = `
  select index_name as \`name\`, if(sub_part is null, column_name, null) as \`column\`,
    index_name = 'PRIMARY' as \`primary\`
  from information_schema.statistics
  where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table and non_unique = 0
  order by index_name, seq_in_index`

const QUERIES = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL }

/**
 * Reads the unique keys of a table from the database's own catalogue
 *
 * @param table `notes`, or `schema.notes`
 */
export async function readUniqueKeys(
  client: QueryClientContract,
  table: string
): Promise<UniqueKey[]> {
  const keys = new Map<string, Row[]>()
  for (const row of await readCatalog<Row>(client, table, QUERIES)) {
    keys.set(row.name, [...(keys.get(row.name) ?? []), row])
  }

  return [...keys.values()]
    .filter((rows) => rows.every(({ column }) => column !== null))
    .map((rows) => ({
      name: rows[0].name,
      columns: rows.map(({ column }) => column!),
      isPrimary: Boolean(rows[0].primary),
    }))
}
