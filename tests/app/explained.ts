import pg from 'pg'
import type { TestApp } from './test_app.ts'

interface Query {
  sql: string
  bindings?: unknown[]
}

/**
 * Repeats the queries of the application with EXPLAIN, to read what they cost
 * on PostgreSQL
 */
export class Explained {
  #queries: Query[] = []
  #client: pg.Client

  constructor({ emitter }: TestApp, connection: Record<string, any>) {
    emitter.on('db:query', (query: Query) => void this.#queries.push(query))
    this.#client = new pg.Client({
      ...connection.connection,
      options: `-c search_path=${connection.searchPath}`,
    })
  }

  connect() {
    return this.#client.connect()
  }

  close() {
    return this.#client.end()
  }

  /**
   * Counts the blocks of 8 kB that the queries of the callback read, cached or
   * not: unlike time, it does not depend on the load of the machine
   */
  async countBlocks(
    callback: () => Promise<unknown>,
    isMeant: (sql: string) => boolean
  ): Promise<number> {
    this.#queries = []
    await callback()
    await new Promise((resolve) => setImmediate(resolve))

    let blocks = 0
    for (const { sql, bindings } of this.#queries.filter((query) => isMeant(query.sql))) {
      let number = 0
      const numbered = sql.replaceAll('?', () => `$${(number += 1)}`)
      const explain = `explain (analyze, buffers, format json) ${numbered}`
      const { rows } = await this.#client.query(explain, bindings)
      const [{ Plan: plan }] = rows[0]['QUERY PLAN']
      blocks += plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    }
    return blocks
  }
}
