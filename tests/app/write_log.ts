import type { Database } from '@adonisjs/lucid/database'

interface KnexQuery {
  sql: string
  __knexTxId?: string
}

const INSERT = /insert into .users./gi

/**
 * Between the rows of an INSERT, on SQLite the second
 */
const NEXT_ROW = /\), \(| union all /g

/**
 * Records how many users each write to the database inserts: a statement on PostgreSQL,
 * elsewhere a transaction. Unlike `db:query`, it sees COMMIT
 */
export class WriteLog {
  /**
   * Users, by write
   */
  sizes: number[] = []

  /**
   * Users in transactions that are not committed
   */
  #open = new Map<string, number>()

  constructor(database: Database, connection?: string) {
    const knex = database.connection(connection).getWriteClient()
    knex.on('query', (query: KnexQuery) => this.#add(query))
  }

  /**
   * The sizes of the writes while the callback ran
   */
  async during(callback: () => Promise<unknown>): Promise<number[]> {
    this.sizes = []
    await callback()
    return this.sizes
  }

  #add({ sql, __knexTxId: transaction }: KnexQuery) {
    const inserts = sql.match(INSERT)?.length ?? 0
    const users = inserts === 1 ? 1 + (sql.match(NEXT_ROW)?.length ?? 0) : inserts
    if (!transaction) {
      this.sizes.push(...(users > 0 ? [users] : []))
    } else if (/^COMMIT/i.test(sql)) {
      const committed = this.#open.get(transaction) ?? 0
      this.sizes.push(...(committed > 0 ? [committed] : []))
      this.#open.delete(transaction)
    } else if (/^ROLLBACK/i.test(sql)) {
      this.#open.delete(transaction)
    } else {
      this.#open.set(transaction, (this.#open.get(transaction) ?? 0) + users)
    }
  }
}
