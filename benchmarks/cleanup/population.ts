import { DateTime } from 'luxon'
import type { Database } from '@adonisjs/lucid/database'

import { sql } from './sql.ts'
import type { Dialect } from '../../tests/app/test_database.ts'

/**
 * Above the keys that the database assigns to the visitors of the site
 */
const FIRST_ID = 1_000_000
const EVENTS_PER_GUEST = 2

/**
 * As long as a scrypt hash
 */
const PASSWORD = '$'.padEnd(131, 'x')

export const MAX_AGE = { days: 30 }

/**
 * The users of the benchmark: expired guests, active guests and regular users
 */
export class Population {
  #db: Database
  #dialect: Dialect
  #nextId = FIRST_ID

  constructor(db: Database, dialect: Dialect) {
    this.#db = db
    this.#dialect = dialect
  }

  /**
   * Creates the additional tables, and the numbers from 0 to 999 to generate
   * rows with
   */
  async prepare() {
    const connection = this.#db.connection()
    await connection.schema.createTable('events', (table) => {
      table.increments('id')
      table.integer('user_id').unsigned().notNullable().index()
      table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
      table.string('name')
    })
    await connection.schema.createTable('numbers', (table) => table.integer('n').primary())
    // SQLite accepts at most 500 rows per statement
    for (let first = 0; first < 1000; first += 500) {
      const numbers = Array.from({ length: 500 }, (_, index) => ({ n: first + index }))
      await connection.table('numbers').multiInsert(numbers)
    }
  }

  async addRegularUsers(count: number) {
    await this.#addUsers(count)
  }

  /**
   * Last seen one to eleven days ago
   */
  async addActiveGuests(count: number) {
    await this.#addGuests(count, { from: 11, days: 10 })
  }

  /**
   * Last seen one to two months ago
   */
  async addExpiredGuests(count: number) {
    await this.#addGuests(count, { from: 61, days: 29 })
  }

  /**
   * Removes the traces of the last round: dead rows, stale statistics, dirty
   * pages
   */
  async settle() {
    for (const statement of sql[this.#dialect].maintenance) {
      await this.#db.rawQuery(statement)
    }
    if (this.#dialect === 'mariadb') {
      await this.#waitForPurge()
    }
  }

  /**
   * Deletes all expired guests in one statement
   *
   * @returns seconds
   */
  async deleteRaw(): Promise<number> {
    const startedAt = performance.now()
    await this.#db.rawQuery(sql[this.#dialect].rawDelete, [
      this.#format(DateTime.now().minus(MAX_AGE)),
    ])
    return (performance.now() - startedAt) / 1000
  }

  async countExpired(): Promise<number> {
    const [{ total }] = await this.#db
      .from('guests')
      .where('last_seen_at', '<', this.#format(DateTime.now().minus(MAX_AGE)))
      .count('* as total')
    return Number(total)
  }

  async #addGuests(count: number, { from, days }: { from: number; days: number }) {
    const first = await this.#addUsers(count)
    const { momentAfter } = sql[this.#dialect]
    const start = this.#format(DateTime.now().minus({ days: from }))
    const step = Math.max(1, Math.floor((days * 86_400) / count))

    // Guests are created in the order of their ids, and last seen up to an hour later
    const created = `n * ${step}`
    const seen = `n * ${step} + ((n % 3600) * 7919) % 3600`
    await this.#insert(
      `insert into guests (user_id, created_at, last_seen_at)
       select ${first} + n, ${momentAfter(created)}, ${momentAfter(seen)} from`,
      count,
      [start, start]
    )
    await this.#insert(
      `insert into notes (user_id, body) select ${first} + n, 'A note of a guest' from`,
      count
    )
    for (let index = 0; index < EVENTS_PER_GUEST; index++) {
      await this.#insert(
        `insert into events (user_id, name) select ${first} + n, 'page.viewed' from`,
        count
      )
    }
  }

  async #addUsers(count: number): Promise<number> {
    const first = this.#nextId
    this.#nextId += count
    const { randomName } = sql[this.#dialect]
    await this.#insert(
      `insert into users (id, full_name, email, password)
       select ${first} + n, name, concat(name, '@guest.invalid'), '${PASSWORD}'
       from (select n, ${randomName} as name from`,
      count,
      [],
      ') as people'
    )
    return first
  }

  /**
   * @param head ends with `from`; `n` counts from 0
   */
  async #insert(head: string, count: number, bindings: string[] = [], tail = '') {
    await this.#db.rawQuery(
      `${head} (select big.n * 1000 + small.n as n from numbers as big cross join numbers as small
       where big.n * 1000 + small.n < ${count} order by 1) as series ${tail}`,
      bindings
    )
  }

  #format(moment: DateTime): string {
    return moment.toFormat(this.#db.connection().dialect.dateTimeFormat)
  }

  /**
   * InnoDB purges deleted rows later, and would do so during the next round
   */
  async #waitForPurge() {
    for (let attempt = 0; attempt < 600; attempt++) {
      const [[row]] = await this.#db.rawQuery(
        `show global status like 'Innodb_history_list_length'`
      )
      if (Number(row.Value) < 1000) {
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
