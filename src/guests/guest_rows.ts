import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { UserId } from '../database/guest_tables.ts'
import { runInTransaction } from '../database/transaction.ts'
import { splitQualifiedName } from '../database/catalog.ts'
import {
  isConnectionCut,
  lacksConnection,
  readDatabaseError,
  withoutValues,
} from '../database/database_error.ts'

/**
 * A row as the database gets it: values by column
 */
export interface NewRow {
  table: string
  values: Record<string, unknown>

  /**
   * The column of the user's key; in `guests`, the one that points at it
   */
  keyColumn: string

  /**
   * The name of the model, which `db:query` events tell
   */
  model: string
}

/**
 * A user and its row in `guests`, of which neither exists without the other
 */
export interface GuestRows {
  user: NewRow
  guest: NewRow
}

/**
 * The database refused one of the two rows
 */
export class RefusedRow extends Error {
  constructor(
    readonly row: keyof GuestRows,
    cause: unknown
  ) {
    super(`The row of the ${row} was refused`, { cause })
  }
}

/**
 * Nobody knows whether the statement was executed. If so, its guests are ones whom
 * nobody reaches, and who expire
 */
export class LostConnection extends Error {}

/**
 * Inserts the rows of one or more guests, all or none
 *
 * @param exists asks whether the transaction of this user was committed, when the
 * answer to its COMMIT was lost
 * @returns the keys of the users, in the same order
 * @throws RefusedRow when there is one guest; with several, the one that was refused
 * is not told
 * @throws LostConnection
 */
export async function insertGuestRows(
  client: QueryClientContract,
  guests: GuestRows[],
  exists: (userId: UserId) => Promise<boolean>
): Promise<UserId[]> {
  return client.dialect.name === 'postgres'
    ? insertInStatement(client, guests)
    : insertInTransaction(client, guests, exists)
}

/**
 * PostgreSQL inserts within WITH: one round trip, and no BEGIN and COMMIT. Each row has
 * a name of its own, so which key belongs to which row is no question of order.
 *
 * Lucid takes it for a read: the client is in write mode, which knows no replicas
 */
async function insertInStatement(
  client: QueryClientContract,
  guests: GuestRows[]
): Promise<UserId[]> {
  const statement = client.query()
  const keys = guests.map(({ user, guest }, index) => {
    const key = client.raw('(select ?? from ??)', [user.keyColumn, nameOf('user', index)])
    const values = { ...guest.values, [guest.keyColumn]: key }
    toKnex(statement)
      .with(nameOf('user', index), toKnex(insertInto(client, user).returning(user.keyColumn)))
      .with(nameOf('guest', index), toKnex(insertInto(client, { ...guest, values })))
    return client.raw('(select ?? from ??) as ??', [
      user.keyColumn,
      nameOf('user', index),
      String(index),
    ])
  })
  const { model } = guests[0].user
  const report = statement.select(...keys).reporterData({ model })
  const [row] = await report.catch((error) => {
    if (isConnectionCut(error)) {
      throw new LostConnection('The connection was lost', { cause: withoutValues(error) })
    }
    throw guests.length === 1 && !lacksConnection(error)
      ? new RefusedRow(findRefused(error, guests[0]), error)
      : error
  })
  return guests.map((_, index) => row[index])
}

/**
 * Of which row PostgreSQL speaks
 */
function findRefused(error: unknown, { guest }: GuestRows): keyof GuestRows {
  const { table } = splitQualifiedName(guest.table)
  return readDatabaseError(error)?.table === table ? 'guest' : 'user'
}

async function insertInTransaction(
  client: QueryClientContract,
  guests: GuestRows[],
  exists: (userId: UserId) => Promise<boolean>
): Promise<UserId[]> {
  return runInTransaction(
    client,
    async (trx) => {
      const keys = await insertUsers(
        trx,
        guests.map(({ user }) => user)
      )
      const rows = guests.map(({ guest }, index) => {
        return { ...guest, values: { ...guest.values, [guest.keyColumn]: keys[index] } }
      })
      await insertRows(trx, 'guest', rows)
      return keys
    },
    // All of them or none
    { wasCommitted: ([key]) => exists(key) }
  )
}

/**
 * Other databases tell the key of a row for certain when it is inserted alone. Keys that
 * the model has made are known before
 */
async function insertUsers(trx: TransactionClientContract, users: NewRow[]): Promise<UserId[]> {
  const known = users.map(({ values, keyColumn }) => values[keyColumn])
  if (known.every((key) => typeof key === 'string' || typeof key === 'number')) {
    await insertRows(trx, 'user', users)
    return known
  }
  const keys: UserId[] = []
  for (const user of users) {
    keys.push(await insertUser(trx, user))
  }
  return keys
}

async function insertUser(trx: TransactionClientContract, user: NewRow): Promise<UserId> {
  const [inserted] = await insertInto(trx, user)
    .returning(user.keyColumn)
    .reporterData({ model: user.model })
    .catch((error) => {
      throw new RefusedRow('user', error)
    })
  const key = user.values[user.keyColumn] as UserId | undefined
  return key ?? (typeof inserted === 'object' ? inserted[user.keyColumn] : inserted)
}

/**
 * Rows without some column get its default, which an INSERT with rows that have it
 * does not give them everywhere
 */
async function insertRows(trx: TransactionClientContract, kind: keyof GuestRows, rows: NewRow[]) {
  const alike = Map.groupBy(rows, ({ table, values }) => [table, ...Object.keys(values)].join())
  for (const group of alike.values()) {
    await trx
      .insertQuery()
      .table(group[0].table)
      .multiInsert(group.map(({ values }) => values))
      .reporterData({ model: group[0].model })
      .catch((error) => {
        throw new RefusedRow(kind, error)
      })
  }
}

function insertInto(client: QueryClientContract, { table, values }: NewRow) {
  return client.insertQuery().table(table).insert(values)
}

/**
 * Names that no table of the application has
 */
function nameOf(row: keyof GuestRows, index: number): string {
  return `adonisjs_guest_user_${row}_${index}`
}

interface KnexQuery {
  with(name: string, query: unknown): KnexQuery
}

/**
 * Lucid's builders take no INSERT in WITH
 */
function toKnex(query: object): KnexQuery {
  return (query as { knexQuery: KnexQuery }).knexQuery
}
