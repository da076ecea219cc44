import { Adapter, BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Guest } from '../models/guest.ts'
import type { UserId } from '../database/guest_tables.ts'
import { isConnectionCut } from '../database/database_error.ts'

type Hook = 'before:create' | 'before:save' | 'after:create' | 'after:save'
type Values = Record<string, unknown>

/**
 * Another statement may be meant by the same name
 */
const NEW_USER = 'adonisjs_guest_user_new'

/**
 * Nobody knows whether the statement was executed. If so, the guest is one whom
 * nobody reaches, and who expires
 */
export class LostConnection extends Error {}

/**
 * Can a user and its `guests` row be inserted by one statement? That takes one round
 * trip in place of four.
 *
 * Only PostgreSQL inserts within WITH. Hooks after the insert, and those of the
 * guest's model, may rely on a transaction; an adapter of the application may insert
 * in its own way
 */
export function canInsertJointly(
  userModel: LucidModel,
  guestModel: LucidModel,
  client: QueryClientContract
): boolean {
  return (
    client.dialect.name === 'postgres' &&
    !client.isTransaction &&
    [userModel, guestModel].every(hasPlainInsert) &&
    !hasHooks(userModel, ['after:create', 'after:save']) &&
    !hasHooks(guestModel, ['before:create', 'before:save', 'after:create', 'after:save'])
  )
}

/**
 * Saves a new user and its new `guests` row. What Lucid does around an insert is
 * done for both: hooks, column names, `prepare`, dates
 *
 * @throws LostConnection
 */
export async function insertJointly(user: LucidRow, guest: Guest, client: QueryClientContract) {
  user.useConnection(client.connectionName)
  guest.useConnection(client.connectionName)
  replaceInsert(user, async (userValues) => {
    replaceInsert(guest, async (guestValues) => {
      guest.userId = await execute(client, [user, userValues], [guest, guestValues])
      return []
    })
    await guest.save()
    return [{ [keyColumnOf(modelOf(user))]: guest.userId }]
  })
  await user.save()

  // As the user's model reads it
  guest.userId = user.$primaryKeyValue!
  guest.$hydrateOriginals()
}

async function execute(
  client: QueryClientContract,
  [user, userValues]: [LucidRow, Values],
  [guest, guestValues]: [Guest, Values]
): Promise<UserId> {
  const [userModel, guestModel] = [modelOf(user), modelOf(guest)]
  const keyColumn = keyColumnOf(userModel)
  const userIdColumn = guestModel.$getColumn('userId')!.columnName

  const insertUser = client
    .insertQuery()
    .table(userModel.table)
    .insert(userValues)
    .returning(keyColumn)
  const insertGuest = client
    .insertQuery()
    .table(guestModel.table)
    .insert({
      ...guestValues,
      [userIdColumn]: client.raw('(select ?? from ??)', [keyColumn, NEW_USER]),
    })
    .returning(userIdColumn)
  toKnex(insertGuest).with(NEW_USER, toKnex(insertUser))

  const [row] = await insertGuest.reporterData({ model: userModel.name }).catch((error) => {
    throw isConnectionCut(error) ? new LostConnection('', { cause: error }) : error
  })
  return row[userIdColumn]
}

/**
 * Runs in place of the next INSERT of this row, which gets what it returns
 */
function replaceInsert(row: LucidRow, insert: (values: Values) => Promise<Values[]>) {
  const query = (values: Values) => ({
    reporterData() {
      Reflect.deleteProperty(row, '$getQueryFor')
      return insert(values)
    },
  })
  Reflect.defineProperty(row, '$getQueryFor', {
    configurable: true,
    value: () => ({ insert: query }),
  })
}

function hasPlainInsert(model: LucidModel): boolean {
  return (
    model.$adapter.insert === Adapter.prototype.insert &&
    model.prototype.$getQueryFor === BaseModel.prototype.$getQueryFor
  )
}

function hasHooks(model: LucidModel, names: Hook[]): boolean {
  const hooks = model.$hooks.all()
  return names.some((name) => hooks.get(name)?.size)
}

function keyColumnOf(model: LucidModel): string {
  return model.$getColumn(model.primaryKey)!.columnName
}

function modelOf(row: LucidRow): LucidModel {
  return row.constructor as LucidModel
}

/**
 * Lucid's builders have no WITH for an INSERT
 */
function toKnex(query: object) {
  return (query as { knexQuery: { with(name: string, query: unknown): unknown } }).knexQuery
}
