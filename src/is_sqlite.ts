import type { QueryClientContract } from '@adonisjs/lucid/types/database'

const DIALECTS = ['better-sqlite3', 'sqlite3', 'libsql']

/**
 * SQLite, by any of its drivers: one writer at a time, no sessions, no locks on
 * rows, and no lengths of texts
 */
export function isSqlite({ dialect }: Pick<QueryClientContract, 'dialect'>): boolean {
  return DIALECTS.includes(dialect.name)
}
