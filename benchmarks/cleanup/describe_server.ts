import type { Database } from '@adonisjs/lucid/database'

import type { Dialect } from '../../tests/app/test_database.ts'

const QUESTIONS: Record<Dialect, string> = {
  postgres: `select concat_ws(', ', 'PostgreSQL ' || current_setting('server_version'),
    'fsync=' || current_setting('fsync'),
    'synchronous_commit=' || current_setting('synchronous_commit'),
    'shared_buffers=' || current_setting('shared_buffers'),
    'autovacuum=' || current_setting('autovacuum')) as text`,
  mariadb: `select concat_ws(', ', concat('MariaDB ', version()),
    concat('innodb_flush_log_at_trx_commit=', @@innodb_flush_log_at_trx_commit),
    concat('innodb_buffer_pool_size=', @@innodb_buffer_pool_size div 1048576, 'M')) as text`,
  sqlite: `select concat('SQLite ', sqlite_version(), ', journal_mode=',
    (select journal_mode from pragma_journal_mode)) as text`,
}

/**
 * The version and the settings that affect the results
 */
export async function describeServer(db: Database, dialect: Dialect): Promise<string> {
  const answer = await db.rawQuery(QUESTIONS[dialect])
  const [row] = dialect === 'postgres' ? answer.rows : dialect === 'mariadb' ? answer[0] : answer
  return row.text
}
