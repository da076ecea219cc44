import type { Dialect } from '../../tests/app/test_database.ts'

/**
 * SQL that differs between databases
 */
interface Dialectal {
  /**
   * Random text, different in each row
   */
  randomName: string

  /**
   * The bound moment plus a number of seconds
   */
  momentAfter(seconds: string): string

  /**
   * The statement to compare with: deletes all expired guests at once
   */
  rawDelete: string

  /**
   * Statements that give all rounds the same start
   */
  maintenance: string[]
}

export const sql: Record<Dialect, Dialectal> = {
  postgres: {
    randomName: 'gen_random_uuid()::text',
    momentAfter: (seconds) => `?::timestamptz + (${seconds}) * interval '1 second'`,
    rawDelete: `delete from users using guests
      where users.id = guests.user_id and guests.last_seen_at < ?`,
    maintenance: ['vacuum analyze', 'checkpoint'],
  },
  mariadb: {
    randomName: 'concat(md5(rand()), md5(n))',
    momentAfter: (seconds) => `date_add(?, interval (${seconds}) second)`,
    rawDelete: `delete users from users join guests on users.id = guests.user_id
      where guests.last_seen_at < ?`,
    maintenance: ['analyze table users, guests, notes, events'],
  },
  sqlite: {
    randomName: 'lower(hex(randomblob(18)))',
    momentAfter: (seconds) => `datetime(?, concat('+', ${seconds}, ' seconds'))`,
    rawDelete: `delete from users where id in
      (select user_id from guests where last_seen_at < ?)`,
    maintenance: ['analyze', 'pragma wal_checkpoint(truncate)'],
  },
}
