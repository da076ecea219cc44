import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { Tables } from './check_tables.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import type { TableColumn } from '../database/table_columns.ts'
import { isNamed, readDefaultCollation } from '../database/catalog.ts'
import { readForeignKeys, type ForeignKey } from '../database/foreign_keys.ts'
import { describeKeyColumn, fitsKey, readKeyType } from '../database/key_type.ts'
import {
  createFinding,
  describeAlterTable,
  describeDeferred,
  describeMigration,
  listColumns,
  type Finding,
} from './finding.ts'

/**
 * Does the key of a guest have the type of the user's, and is it deleted with the
 * user?
 */
export async function checkUserReference(
  subject: SubjectWithDatabase,
  { users, guests }: Tables
): Promise<Finding[]> {
  const { client, userModel, guestModel } = subject
  const own = guests.find(({ name }) => name === columnOf(guestModel, 'userId'))!
  const key = users.find(({ name }) => name === columnOf(userModel, userModel.primaryKey))
  const foreignKey = await findForeignKey(subject)
  const isFitting = !key || fitsKey(client.dialect.name, readKeyType(own), readKeyType(key))

  return [
    ...(isFitting ? [] : [await describeMismatch(subject, own, key, foreignKey)]),
    ...(foreignKey?.onDelete === 'cascade' ? [] : [describeForeignKey(subject, foreignKey)]),
  ]
}

async function findForeignKey({
  client,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<ForeignKey | undefined> {
  const userId = columnOf(guestModel, 'userId')
  const foreignKeys = await readForeignKeys(client, userModel.table)
  return foreignKeys.find((key) => isNamed(key, guestModel.table) && key.columns.includes(userId))
}

function describeForeignKey(subject: SubjectWithDatabase, foreignKey?: ForeignKey): Finding {
  const { userModel, guestModel, connectionFlag } = subject
  const { table } = guestModel
  const [users, id] = [userModel.table, columnOf(userModel, userModel.primaryKey)]
  const userId = columnOf(guestModel, 'userId')
  const add = addForeignKey(subject)

  return createFinding(
    'guests-foreign-key',
    foreignKey
      ? `The foreign key "${table}.${userId}" says ON DELETE ${foreignKey.onDelete.toUpperCase()}, so only a cleanup can delete guests`
      : `"${table}.${userId}" is no foreign key to "${users}.${id}", so a deleted user leaves a row behind`,
    foreignKey
      ? describeMigration({ table, connectionFlag }, [dropForeignKey(foreignKey), add])
      : describeMigration(
          { table, connectionFlag },
          [add],
          describeDeferred(
            `await db.from('${table}').whereNotIn('${userId}', db.from('${users}').select('${id}')).delete()`
          )
        )
  )
}

function addForeignKey({ userModel, guestModel }: SubjectWithDatabase): string {
  const id = columnOf(userModel, userModel.primaryKey)
  return `table.foreign('${columnOf(guestModel, 'userId')}').references('${id}').inTable('${userModel.table}').onDelete('CASCADE')`
}

function dropForeignKey({ columns, name }: ForeignKey): string {
  return `table.dropForeign(${listColumns(columns)}${name ? `, '${name}'` : ''})`
}

/**
 * MySQL alters no column while a foreign key uses it
 */
async function describeMismatch(
  subject: SubjectWithDatabase,
  own: TableColumn,
  key: TableColumn,
  foreignKey?: ForeignKey
): Promise<Finding> {
  const { client, userModel, guestModel, connectionFlag } = subject
  const { table } = guestModel
  const dialect = client.dialect.name
  const kindOf = (column: TableColumn) =>
    column.type + (column.collation === undefined ? '' : ` ${column.collation}`)

  const message = `"${table}.${own.name}" is ${kindOf(own)}, but the primary key "${userModel.table}.${key.name}" is ${kindOf(key)}`
  if (readKeyType(own).family !== readKeyType(key).family) {
    const collation = await readDefaultCollation(client)
    const calls = describeKeyColumn(own.name, key, dialect, collation)
    return createFinding(
      'key-type-mismatch',
      message,
      `Give the column the same type in the migration of "${table}", and run "node ace migration:rollback${connectionFlag}" and "node ace migration:run${connectionFlag}":\ntable${calls.join('')}`
    )
  }

  const calls = describeKeyColumn(own.name, key, dialect).join('')
  const alter = `table${calls}.notNullable().alter({ alterNullable: false })`
  const isInUse = dialect === 'mysql' && foreignKey !== undefined
  return createFinding(
    'key-type-mismatch',
    message,
    isInUse
      ? describeMigration(
          { table, connectionFlag },
          [alter, addForeignKey(subject)],
          describeAlterTable({ table }, [dropForeignKey(foreignKey)])
        )
      : describeMigration({ table, connectionFlag }, [alter])
  )
}

export function columnOf(model: LucidModel, property: string): string {
  return model.$getColumn(property)!.columnName
}
