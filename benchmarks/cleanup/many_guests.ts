import type { Database } from '@adonisjs/lucid/database'

import { dialect } from '../../tests/app/test_database.ts'

/**
 * Far from the keys of users who are made one by one
 */
const FIRST_ID = 1_000_000

/**
 * Makes the second table that depends on users, and the indexes that an
 * application should have
 */
export async function createDependentTables(database: Database) {
  await database.connection().schema.createTable('carts', (table) => {
    table.increments('id')
    table.integer('user_id').unsigned().notNullable().index()
    table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
    table.string('contents')
  })
  await database.connection().schema.alterTable('notes', (table) => {
    table.index('user_id')
  })
}

/**
 * Writes expired guests, a second apart, each with a note and a cart. The
 * database makes the rows itself, so that this does not take longer than what
 * is measured
 */
export async function fillWithExpiredGuests(database: Database, count: number) {
  const last = FIRST_ID + count - 1
  const rows = {
    postgres: `generate_series(${FIRST_ID}, ${last}) as s(id)`,
    mariadb: `(select seq as id from seq_${FIRST_ID}_to_${last}) as s`,
    sqlite: `(with recursive s(id) as (select ${FIRST_ID} union all select id + 1 from s where id < ${last}) select id from s) as s`,
  }[dialect]
  const email = dialect === 'mariadb' ? `concat(id, '@x.test')` : `id || '@x.test'`
  const moment = {
    postgres: `timestamptz '2020-01-01 00:00:00Z' + (id - ${FIRST_ID}) * interval '1 second'`,
    mariadb: `timestampadd(second, id - ${FIRST_ID}, '2020-01-01 00:00:00')`,
    sqlite: `datetime('2020-01-01', (id - ${FIRST_ID}) || ' seconds')`,
  }[dialect]

  for (const sql of [
    `insert into users (id, email, password) select id, ${email}, '-' from ${rows}`,
    `insert into guests (user_id, created_at, last_seen_at) select id, ${moment}, ${moment} from ${rows}`,
    `insert into notes (user_id, body) select id, 'a note' from ${rows}`,
    `insert into carts (user_id, contents) select id, 'some things' from ${rows}`,
    ...{
      postgres: ['vacuum analyze', 'checkpoint'],
      mariadb: ['analyze table users, guests, notes, carts'],
      sqlite: ['analyze'],
    }[dialect],
  ]) {
    await database.rawQuery(sql)
  }
}

/**
 * What somebody in a hurry would type
 */
export function deleteAtOnce(database: Database) {
  const sql = {
    postgres: `delete from users using guests where guests.user_id = users.id and guests.last_seen_at < now() - interval '2 hours'`,
    mariadb: `delete users from users join guests on guests.user_id = users.id where guests.last_seen_at < now() - interval 2 hour`,
    sqlite: `delete from users where id in (select user_id from guests where last_seen_at < datetime('now', '-2 hours'))`,
  }[dialect]
  return database.rawQuery(sql)
}
