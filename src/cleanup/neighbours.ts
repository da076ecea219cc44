import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Sessions of the same database that did something a moment ago. Those that the
 * role may not look at are not counted
 */
const ON_POSTGRES = `
  select count(*) as total from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend'
    and (state = 'active' or state_change > now() - interval '250 milliseconds')`

/**
 * Its times are in whole seconds
 */
const ON_MYSQL = `
  select count(*) as total from information_schema.processlist
  where db = database() and id <> connection_id() and (command <> 'Sleep' or time = 0)`

/**
 * How many others use the database at this moment?
 */
export async function countNeighbours(client: QueryClientContract): Promise<number> {
  const isPostgres = client.dialect.name === 'postgres'
  const answer = await client.rawQuery(isPostgres ? ON_POSTGRES : ON_MYSQL)
  const [row] = isPostgres ? answer.rows : answer[0]
  return Number(row.total)
}
