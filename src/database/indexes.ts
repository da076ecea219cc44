import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readCatalog, TABLE_OID } from './catalog.ts'

/**
 * An index that finds all rows with a given value in its first column
 */
export interface TableIndex {
  name: string
  columns: string[]
}

interface Row {
  name: string
  column: string | null
}

/**
 * SQLite lists no index for an INTEGER PRIMARY KEY: it is the table itself
 */
const SQLITE = `
  select 'primary' as "name", k.name as "column", k.pk as "position"
  from pragma_table_info(:table) k where k.pk > 0
  union all
  select i.name, c.name, c.seqno
  from pragma_index_list(:table) i, pragma_index_info(i.name) c
  where i.partial = 0
  order by 1, 3`

/**
 * A partial index over the rows where its first column is not null still finds
 * all rows with a foreign key
 */
const POSTGRES = `
  select i.relname as "name", a.attname as "column"
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
  join pg_am m on m.oid = i.relam
  cross join lateral unnest(x.indkey::int2[]) with ordinality as k (number, position)
  left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number and k.number > 0
  where x.indrelid = ${TABLE_OID} and x.indisvalid and m.amname in ('btree', 'hash')
    and k.position <= x.indnkeyatts
    and (x.indpred is null or pg_get_expr(x.indpred, x.indrelid) = format('(%I IS NOT NULL)', (
      select f.attname from pg_attribute f where f.attrelid = x.indrelid and f.attnum = x.indkey[0]
    )))
  order by i.relname, k.position`

const MYSQL = `
  select index_name as \`name\`, column_name as \`column\`
  from information_schema.statistics
  where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table
    and index_type in ('BTREE', 'HASH')
  order by index_name, seq_in_index`

const QUERIES = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL }

/**
 * Reads the indexes of a table from the database's own catalogue, without those
 * that cannot find every row with a given value: partial ones, and those that
 * start with an expression
 *
 * @param table `notes`, or `schema.notes`
 */
export async function readIndexes(
  client: QueryClientContract,
  table: string
): Promise<TableIndex[]> {
  const columns = new Map<string, (string | null)[]>()
  for (const { name, column } of await readCatalog<Row>(client, table, QUERIES)) {
    columns.set(name, [...(columns.get(name) ?? []), column])
  }

  return [...columns]
    .filter(([, names]) => names[0] !== null)
    .map(([name, names]) => ({ name, columns: names.filter((column) => column !== null) }))
}
