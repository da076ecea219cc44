import { DatabaseSync } from 'node:sqlite'

/**
 * The database of a kit, beside the application that uses it
 */
export class KitDatabase {
  #client: DatabaseSync

  constructor(file: string) {
    this.#client = new DatabaseSync(file, { timeout: 5000 })
  }

  #read(query: string, ...values: (string | number)[]): unknown[] {
    return this.#client
      .prepare(query)
      .all(...values)
      .map((row) => Object.values(row)[0])
  }

  idOf(email: string): unknown {
    return this.#read('SELECT id FROM users WHERE email = ?', email)[0]
  }

  emailOf(id: number): unknown {
    return this.#read('SELECT email FROM users WHERE id = ?', id)[0]
  }

  nameOf(id: number): unknown {
    return this.#read('SELECT full_name FROM users WHERE id = ?', id)[0]
  }

  countUsers(): unknown {
    return this.#read('SELECT count(*) FROM users')[0]
  }

  /**
   * Ids of all guests, oldest first
   */
  guests(): number[] {
    return this.#read('SELECT user_id FROM guests ORDER BY user_id') as number[]
  }

  isGuest(id: number): boolean {
    return this.guests().includes(id)
  }

  /**
   * Something of a user's, in the table that the walk has added
   *
   * @returns its id
   */
  writeNote(userId: number, body: string): number {
    const statement = this.#client.prepare('INSERT INTO notes (user_id, body) VALUES (?, ?)')
    return Number(statement.run(userId, body).lastInsertRowid)
  }

  ownerOfNote(id: number): unknown {
    return this.#read('SELECT user_id FROM notes WHERE id = ?', id)[0]
  }

  /**
   * A guest who was last here a year ago
   */
  expire(userId: number) {
    const year = `datetime('now', '-1 year')`
    this.#client
      .prepare(`UPDATE guests SET created_at = ${year}, last_seen_at = ${year} WHERE user_id = ?`)
      .run(userId)
  }

  /**
   * Guests who were here some hours ago, for the pictures
   */
  addGuests(names: string[]) {
    const user = this.#client.prepare(
      `INSERT INTO users (full_name, email, password, created_at)
       VALUES (?, ?, '-', datetime('now', ?))`
    )
    const guest = this.#client.prepare(
      `INSERT INTO guests (user_id, created_at, last_seen_at)
       VALUES (?, datetime('now', ?), datetime('now', ?))`
    )
    for (const [index, name] of names.entries()) {
      const hours = Math.round(index ** 2 / 6)
      const [created, seen] = [`-${hours} hours`, `-${Math.round(hours / 2)} hours`]
      const { lastInsertRowid: id } = user.run(name, `${name}@guest.invalid`, created)
      guest.run(id, created, seen)
    }
  }

  close() {
    this.#client.close()
  }
}
