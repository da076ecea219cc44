import type { Database } from '@adonisjs/lucid/database'

import { OPERATOR } from './admin_app.ts'
import { createTables } from './tables.ts'
import { createTestDatabase, type TestDatabase } from './test_database.ts'

/**
 * The schema that the application reads. The schema to look at is renamed to
 * it, so that one application can be tested with few guests and with many
 */
const SHOWN = 'shown'

/**
 * Days over which the guests are evenly spread
 */
const SPAN = 60

export class TwoSizes {
  #db: Database
  #shown?: string

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Creates a database for several schemas. Its collation compares bytes, so
   * that a search takes the same number of queries on each server
   */
  static async createDatabase(): Promise<TestDatabase> {
    const database = await createTestDatabase(
      'postgres',
      'TEMPLATE template0 LC_COLLATE "C" LC_CTYPE "C"'
    )
    return { ...database, connection: { ...database.connection, searchPath: [SHOWN] } }
  }

  /**
   * Adds the same number of guests and regular users, and an operator. Guest
   * `n` was created at the n-th moment of the last 60 days; every fourth came
   * back a day later
   */
  async add(size: string, guests: number) {
    await this.#hide()
    await this.#db.rawQuery(`create schema ${SHOWN}`)
    this.#shown = size
    await createTables(this.#db, 'increments')
    // `admin.search` needs it
    await this.#db.rawQuery('create index on users (full_name)')

    const fill = (sql: string) => this.#db.rawQuery(sql.replaceAll(':guests', String(guests)))
    await fill(`insert into users (id, email, full_name, password)
      select n, 'guest-' || n || '@guest.invalid', 'Guest ' || n, '-'
      from generate_series(1, :guests) n`)
    await fill(`insert into users (id, email, full_name, password)
      select :guests + n, 'user-' || n || '@example.com', 'User ' || n, '-'
      from generate_series(1, :guests) n`)
    await fill(`insert into guests (user_id, created_at, last_seen_at)
      select n, moment, case when n % 4 = 0 then least(moment + interval '1 day', now()) else moment end
      from generate_series(1, :guests) n,
        lateral (select now() - (:guests - n) * interval '${SPAN} days' / :guests as moment) m`)
    await fill(
      `insert into notes (user_id, body) select n, 'note' from generate_series(1, :guests) n`
    )
    await this.#db
      .table('users')
      .insert({ id: 1_000_000_000, email: OPERATOR, full_name: 'Olga', password: '-' })
    await this.#vacuum()
  }

  /**
   * Repeats VACUUM while a snapshot is older than the rows: index-only scans
   * need rows that are visible to all transactions
   */
  async #vacuum() {
    for (let attempt = 0; attempt < 50; attempt++) {
      await this.#db.rawQuery('vacuum analyze')
      const { rows } = await this.#db.rawQuery(
        `select bool_and(relallvisible = relpages) as "isDone" from pg_class where oid = 'guests'::regclass`
      )
      if (rows[0].isDone) {
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error('VACUUM does not get to the guests')
  }

  /**
   * Selects what the application sees from now on
   */
  async show(size: string) {
    if (this.#shown !== size) {
      await this.#hide()
      await this.#db.rawQuery(`alter schema ${size} rename to ${SHOWN}`)
      this.#shown = size
    }
  }

  async #hide() {
    if (this.#shown) {
      await this.#db.rawQuery(`alter schema ${SHOWN} rename to ${this.#shown}`)
    }
  }
}
