import type { Database } from '@adonisjs/lucid/database'

import { OPERATOR } from './admin_app.ts'
import { createTables } from './tables.ts'
import { createTestDatabase, type TestDatabase } from './test_database.ts'

/**
 * The application looks into this schema. Whichever is to be looked at gets the
 * name, so that one application can be asked about few guests and about many
 * in turn
 */
const SHOWN = 'shown'

/**
 * Days over which the guests are spread, evenly
 */
const SPAN = 60

export class TwoSizes {
  #db: Database
  #shown?: string

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * A database whose tables are in schemas
   */
  static async createDatabase(): Promise<TestDatabase> {
    const database = await createTestDatabase('postgres')
    return { ...database, connection: { ...database.connection, searchPath: [SHOWN] } }
  }

  /**
   * As many guests as regular users, and an operator. The guest `n` came at the
   * n-th moment of the last 60 days; each fourth came back a day later
   */
  async add(size: string, guests: number) {
    await this.#hide()
    await this.#db.rawQuery(`create schema ${SHOWN}`)
    this.#shown = size
    await createTables(this.#db, 'increments')
    // Its snapshots would keep VACUUM below from finishing
    for (const table of ['users', 'guests', 'notes']) {
      await this.#db.rawQuery(`alter table ${table} set (autovacuum_enabled = false)`)
    }
    // As `admin.search` wants it
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
    await this.#db.rawQuery('vacuum analyze')
  }

  /**
   * What the application sees from now on
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
