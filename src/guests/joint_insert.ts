import { Adapter, BaseModel } from '@adonisjs/lucid/orm'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Guest } from '../models/guest.ts'
import type { GuestRows } from './guest_rows.ts'
import type { UserId } from '../database/guest_tables.ts'

type Hook = 'before:create' | 'before:save' | 'after:create' | 'after:save'
type Values = Record<string, unknown>

/**
 * Can a user and its `guests` row be inserted together, without a transaction that the
 * application's code sees? Hooks after the insert, and those of the guest's model, may
 * rely on one; a `save()` or an adapter of the application's own may do more than insert
 */
export function canInsertJointly(
  userModel: LucidModel,
  guestModel: LucidModel,
  client: QueryClientContract
): boolean {
  return (
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
 * @param insert inserts both rows and returns the key of the user
 */
export async function insertJointly(
  user: LucidRow,
  guest: Guest,
  client: QueryClientContract,
  insert: (rows: GuestRows) => Promise<UserId>
) {
  const [userModel, guestModel] = [modelOf(user), modelOf(guest)]
  const keyColumn = keyColumnOf(userModel)
  user.useConnection(client.connectionName)
  guest.useConnection(client.connectionName)

  replaceInsert(user, async (userValues) => {
    replaceInsert(guest, async (guestValues) => {
      guest.userId = await insert({
        user: { table: userModel.table, values: userValues, keyColumn, model: userModel.name },
        guest: {
          table: guestModel.table,
          values: guestValues,
          keyColumn: guestModel.$getColumn('userId')!.columnName,
          model: guestModel.name,
        },
      })
      return []
    })
    await guest.save()
    return [{ [keyColumn]: guest.userId }]
  })
  await user.save()

  // As the user's model reads it
  guest.userId = user.$primaryKeyValue!
  guest.$hydrateOriginals()
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

function hasPlainInsert({ $adapter, prototype }: LucidModel): boolean {
  return (
    $adapter.insert === Adapter.prototype.insert &&
    prototype.$getQueryFor === BaseModel.prototype.$getQueryFor &&
    prototype.save === BaseModel.prototype.save
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
