import { DateTime } from 'luxon'

import type { TestApp } from './test_app.ts'

/**
 * Above the keys that the database assigns to users created one by one
 */
export const FIRST_ID = 1_000_000

const ROWS_PER_STATEMENT = 200

interface Visits {
  createdAt: DateTime
  lastSeenAt: DateTime
}

/**
 * Inserts many guests at once, each with a note. Their ids count up from
 * `FIRST_ID`
 */
export async function insertGuests({ db, guestUsers }: TestApp, visits: Visits[]) {
  const format = db.connection().dialect.dateTimeFormat
  const guestModel = await guestUsers.guestModel()

  for (let first = 0; first < visits.length; first += ROWS_PER_STATEMENT) {
    const rows = visits
      .slice(first, first + ROWS_PER_STATEMENT)
      .map((visit, index) => ({ ...visit, id: FIRST_ID + first + index }))

    await db.transaction(async (trx) => {
      await trx
        .table('users')
        .multiInsert(rows.map(({ id }) => ({ id, email: `${id}@guest.invalid`, password: '-' })))
      await trx.table(guestModel.table).multiInsert(
        rows.map(({ id, createdAt, lastSeenAt }) => ({
          user_id: id,
          created_at: createdAt.toFormat(format),
          last_seen_at: lastSeenAt.toFormat(format),
        }))
      )
      await trx.table('notes').multiInsert(rows.map(({ id }) => ({ user_id: id, body: 'note' })))
    })
  }
}

/**
 * Visits long ago, one second apart, oldest first
 */
export function longAgo(count: number): Visits[] {
  const start = DateTime.fromISO('2020-01-01T00:00:00Z')
  return Array.from({ length: count }, (_, seconds) => {
    const moment = start.plus({ seconds })
    return { createdAt: moment, lastSeenAt: moment }
  })
}

/**
 * Changes a column of the users of guests, in the order of their ids
 */
export async function renameGuests({ db }: TestApp, column: string, values: string[]) {
  for (const [index, value] of values.entries()) {
    await db
      .from('users')
      .where('id', FIRST_ID + index)
      .update({ [column]: value })
  }
}

/**
 * Rows that nobody may ever see: users who are no guests, and guests without a user
 *
 * @param firstId regular users have lower keys
 */
export async function countHalfGuests({ db }: TestApp, firstId = 0): Promise<number> {
  const [users] = await db
    .from('users')
    .leftJoin('guests', 'users.id', 'guests.user_id')
    .where('users.id', '>=', firstId)
    .whereNull('guests.user_id')
    .count('* as total')
  const [guests] = await db
    .from('guests')
    .leftJoin('users', 'users.id', 'guests.user_id')
    .whereNull('users.id')
    .count('* as total')
  return Number(users.total) + Number(guests.total)
}
