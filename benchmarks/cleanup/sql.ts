import type { Dialect } from '../../tests/app/test_database.ts'

/**
 * What the databases say differently
 */
interface Dialectal {
  /**
   * Random text, another one in each row
   */
  randomName: string

  /**
   * A moment, so many seconds after the one that is bound
   */
  momentAfter(seconds: string): string

  /**
   * The statement to compare with: expired guests, all at once
   */
  rawDelete: string

  /**
   * What makes all rounds start alike
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
