import { readdir } from 'node:fs/promises'

import {
  type SubjectWithDatabase,
  createFinding,
  type Finding,
  describeMigration,
} from './finding.ts'
import { readIndexes } from '../database/indexes.ts'
import { Expiry } from '../guests/expiry.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import { readTableColumns, type TableColumn } from '../database/table_columns.ts'
import { describeKeyColumn, fitsKey, readKeyType } from '../database/key_type.ts'

const COLUMN_LINES: Record<string, string> = {
  created_at:
    "table.timestamp('created_at').notNullable().defaultTo('2000-01-01 00:00:00').index()",
  last_seen_at:
    "table.timestamp('last_seen_at').notNullable().defaultTo('2000-01-01 00:00:00').index()",
  visit_key: "table.string('visit_key', 64).nullable().unique()",
}

/**
 * The columns of both tables. Without them, nothing else about them can be
 * checked
 */
export interface Tables {
  users: TableColumn[]
  guests: TableColumn[]
}

/**
 * Were the migrations run?
 */
export async function checkTables(
  subject: SubjectWithDatabase
): Promise<{ tables?: Tables; findings: Finding[] }> {
  const { client, userModel, guestModel, app } = subject
  const users = await readTableColumns(client, userModel.table)
  const guests = await readTableColumns(client, guestModel.table)

  const findings: Finding[] = []
  if (users.length === 0) {
    findings.push(
      createFinding(
        'missing-users-table',
        `The table "${userModel.table}" of the model "${userModel.name}" does not exist`,
        'Run "node ace migration:run"'
      )
    )
  }
  if (guests.length === 0) {
    findings.push(
      createFinding(
        'missing-guests-table',
        `The table "${guestModel.table}" does not exist`,
        (await hasMigration(app.migrationsPath()))
          ? 'Run "node ace migration:run"'
          : 'Run "node ace configure adonisjs-guest-user", which creates the migration, and "node ace migration:run"'
      )
    )
  }
  if (findings.length > 0) {
    return { findings }
  }

  const missing = findMissingColumns(subject, guests)
  return missing.length > 0 ? { findings: missing } : { tables: { users, guests }, findings: [] }
}

async function hasMigration(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => [])
  return files.some((file) => /_create_guests_table\.[cm]?[jt]s$/.test(file))
}

function findMissingColumns({ guestModel }: SubjectWithDatabase, guests: TableColumn[]): Finding[] {
  const { table } = guestModel
  return [...guestModel.$columnsDefinitions.values()]
    .map(({ columnName }) => columnName)
    .filter((name) => !guests.some((column) => column.name === name))
    .map((name) =>
      createFinding(
        'missing-guests-column',
        `The table "${table}" has no column "${name}", which the model "${guestModel.name}" wants`,
        describeMigration({ table }, [
          COLUMN_LINES[name] ?? `table.string('${name}').nullable() // or what it is to hold`,
        ])
      )
    )
}

/**
 * What the migration gives the `guests` table, and what would be lost without
 */
export async function checkGuestsTable(
  { client, config, userModel, guestModel }: SubjectWithDatabase,
  { users, guests }: Tables
): Promise<Finding[]> {
  const columnOf = (property: string) => guestModel.$getColumn(property)!.columnName
  const { table } = guestModel
  const usersKey = userModel.$getColumn(userModel.primaryKey)!.columnName
  const userId = columnOf('userId')
  const visitKey = columnOf('visitKey')
  const expiry = columnOf(new Expiry(config).property)
  const findings: Finding[] = []

  const own = guests.find(({ name }) => name === userId)!
  const key = users.find(({ name }) => name === usersKey)
  if (key && !isFitting(client.dialect.name, own, key)) {
    findings.push(describeMismatch({ table, own, key, users: userModel.table }))
  }

  const keys = await readUniqueKeys(client, table)
  const isUnique = (name: string) =>
    keys.some(({ columns }) => columns.length === 1 && columns[0] === name)
  if (!isUnique(userId)) {
    findings.push(
      createFinding(
        'guests-user-id-not-unique',
        `"${table}.${userId}" is neither primary key nor unique, so one user may be a guest twice`,
        describeMigration({ table }, [`table.unique(['${userId}'])`])
      )
    )
  }
  if (!isUnique(visitKey)) {
    findings.push(
      createFinding(
        'visit-key-not-unique',
        `"${table}.${visitKey}" is not unique, so parallel first requests of one visitor make several guests`,
        describeMigration({ table }, [`table.unique(['${visitKey}'])`])
      )
    )
  }

  const indexes = await readIndexes(client, table)
  if (!indexes.some(({ columns }) => columns[0] === expiry)) {
    findings.push(
      createFinding(
        'unindexed-expiry',
        `"${table}.${expiry}" has no index, so each batch of a cleanup reads all guests`,
        describeMigration({ table }, [`table.index(['${expiry}'])`])
      )
    )
  }

  const foreignKeys = await readForeignKeys(client, userModel.table)
  const foreignKey = foreignKeys.find(
    ({ columns, ...other }) => other.table === table && columns.includes(userId)
  )
  if (foreignKey?.onDelete !== 'cascade') {
    const name = foreignKey?.name ? `, '${foreignKey.name}'` : ''
    findings.push(
      createFinding(
        'guests-foreign-key',
        foreignKey
          ? `The foreign key "${table}.${userId}" says ON DELETE ${foreignKey.onDelete.toUpperCase()}, so no guest can be deleted but by a cleanup`
          : `"${table}.${userId}" is no foreign key to "${userModel.table}.${usersKey}", so a deleted user leaves a row behind`,
        describeMigration({ table }, [
          ...(foreignKey ? [`table.dropForeign(['${userId}']${name})`] : []),
          `table.foreign('${userId}').references('${usersKey}').inTable('${userModel.table}').onDelete('CASCADE')`,
        ])
      )
    )
  }
  return findings
}

/**
 * SQLite holds any value in any column; there, only the kind matters
 */
function isFitting(dialect: string, own: TableColumn, key: TableColumn): boolean {
  const [ownType, keyType] = [readKeyType(own), readKeyType(key)]
  return ['postgres', 'mysql'].includes(dialect)
    ? fitsKey(ownType, keyType)
    : ownType.family === keyType.family
}

function describeMismatch(names: {
  table: string
  own: TableColumn
  key: TableColumn
  users: string
}): Finding {
  const { table, own, key, users } = names
  const call = describeKeyColumn(own.name, readKeyType(key))
  const isSameFamily = readKeyType(own).family === readKeyType(key).family

  return createFinding(
    'key-type-mismatch',
    `"${table}.${own.name}" is ${own.type}, but the primary key "${users}.${key.name}" is ${key.type}`,
    isSameFamily && call
      ? describeMigration({ table }, [`table${call}.notNullable().alter({ alterNullable: false })`])
      : `Give the column the same type in the migration of "${table}", and run "node ace migration:rollback" and "node ace migration:run":\ntable${call ?? `.specificType('${own.name}', '${key.type}')`}`
  )
}
