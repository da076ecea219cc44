import { RuntimeException } from '@adonisjs/core/exceptions'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { quoteQualifiedName } from './qualified_name.ts'

/**
 * Columns that no two rows of a table may share: a primary key, a unique
 * constraint or a unique index. Those over expressions, prefixes or some rows
 * only cannot be compared by their columns, and are not listed
 */
export interface UniqueKey {
  name: string
  columns: string[]
}

interface Row {
  name: string
  column: string | null
}

/**
 * An INTEGER PRIMARY KEY has no index in SQLite
 */
const SQLITE = `
  select 'primary' as "name", k.name as "column", k.pk as "position"
  from pragma_table_info(:table) k where k.pk > 0
  union all
  select i.name, c.name, c.seqno
  from pragma_index_list(:table) i, pragma_index_info(i.name) c
  where i."unique" = 1 and i.partial = 0 and i.origin <> 'pk'
  order by 1, 3`

const POSTGRES = `
  select i.relname as "name", a.attname as "column"
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
  cross join lateral unnest(x.indkey::int2[]) with ordinality as k (number, position)
  left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number and k.number > 0
  where x.indisunique and x.indpred is null and k.position <= x.indnkeyatts
    and x.indrelid = to_regclass(:table)
  order by i.relname, k.position`

const MYSQL = `
  select index_name as \`name\`, if(sub_part is null, column_name, null) as \`column\`
  from information_schema.statistics
  where table_schema = coalesce(nullif(:schema, ''), database()) and table_name = :table and non_unique = 0
  order by index_name, seq_in_index`

/**
 * Reads the unique keys of a table from the database's own catalogue
 */
export async function readUniqueKeys(
  client: QueryClientContract,
  { table, schema }: { table: string; schema?: string | null }
): Promise<UniqueKey[]> {
  const keys = new Map<string, (string | null)[]>()
  for (const { name, column } of await readRows(client, table, schema ?? '')) {
    keys.set(name, [...(keys.get(name) ?? []), column])
  }

  return [...keys]
    .filter((entry): entry is [string, string[]] => !entry[1].includes(null))
    .map(([name, columns]) => ({ name, columns }))
}

async function readRows(
  client: QueryClientContract,
  table: string,
  schema: string
): Promise<Row[]> {
  const dialect = client.dialect.name
  switch (dialect) {
    case 'better-sqlite3':
    case 'sqlite3':
    case 'libsql':
      return client.rawQuery(SQLITE, { table })
    case 'postgres': {
      const name = quoteQualifiedName(schema ? `${schema}.${table}` : table)
      const { rows } = await client.rawQuery(POSTGRES, { table: name })
      return rows
    }
    case 'mysql': {
      const [rows] = await client.rawQuery(MYSQL, { table, schema })
      return rows
    }
    default:
      throw new RuntimeException(`The unique keys of "${dialect}" databases cannot be read`)
  }
}
