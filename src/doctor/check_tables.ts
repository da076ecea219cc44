import { readdir } from 'node:fs/promises'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { Expiry } from '../guests/expiry.ts'
import { isSqlite } from '../database/catalog.ts'
import { readIndexes, type TableIndex } from '../database/indexes.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import { readForeignKeys } from '../database/foreign_keys.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { createFinding, describeMigration, type Finding, type FindingCode } from './finding.ts'
import { readTableColumns, type TableColumn } from '../database/table_columns.ts'
import { describeKeyColumn, fitsKey, readKeyType } from '../database/key_type.ts'

const COLUMN_LINES: Record<string, string[]> = {
  created_at: [
    "table.timestamp('created_at').notNullable().defaultTo('2000-01-01 00:00:00')",
    "table.index(['created_at', 'user_id'])",
  ],
  last_seen_at: [
    "table.timestamp('last_seen_at').notNullable().defaultTo('2000-01-01 00:00:00')",
    "table.index(['last_seen_at', 'user_id'])",
  ],
  visit_key: ["table.string('visit_key', 64).nullable().unique()"],
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
 * Have the migrations been run?
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
        describeMigration(
          { table },
          COLUMN_LINES[name] ?? [`table.string('${name}').nullable() // or the type that it needs`]
        )
      )
    )
}

/**
 * Has the `guests` table what its migration gives it?
 */
export async function checkGuestsTable(
  subject: SubjectWithDatabase,
  { users, guests }: Tables
): Promise<Finding[]> {
  const { client, config, userModel, guestModel } = subject
  const { table } = guestModel
  const [userId, visitKey] = [columnOf(guestModel, 'userId'), columnOf(guestModel, 'visitKey')]
  const expiry = columnOf(guestModel, new Expiry(config).property)
  const findings: Finding[] = []

  const own = guests.find(({ name }) => name === userId)!
  const key = users.find(({ name }) => name === columnOf(userModel, userModel.primaryKey))
  if (key && !isFitting(client.dialect.name, own, key)) {
    findings.push(describeMismatch({ table, own, key, users: userModel.table }))
  }

  const keys = await readUniqueKeys(client, table)
  const report = (code: FindingCode, problem: string, line: string) =>
    findings.push(createFinding(code, problem, describeMigration({ table }, [line])))
  if (!keys.some(({ columns }) => columns.join() === userId)) {
    report(
      'guests-user-id-not-unique',
      `"${table}.${userId}" is neither the primary key nor unique, so one user may be a guest twice`,
      `table.unique(['${userId}'])`
    )
  }
  if (!keys.some(({ columns }) => columns.join() === visitKey)) {
    report(
      'visit-key-not-unique',
      `"${table}.${visitKey}" is not unique, so parallel first requests of one visitor create several guests`,
      `table.unique(['${visitKey}'])`
    )
  }

  const indexes = await readIndexes(client, table)
  if (!indexes.some(({ columns }) => columns[0] === expiry)) {
    report(
      'unindexed-expiry',
      `"${table}.${expiry}" has no index, so each batch of a cleanup reads all guests`,
      `table.index(['${expiry}', '${userId}'])`
    )
  }
  if (!endsWithKey(client, own)) {
    findings.push(...describeShortIndexes(guestModel, indexes))
  }
  return [...findings, ...(await checkForeignKey(subject))]
}

/**
 * Does every index end with the primary key of its table? Those of InnoDB do, and
 * on SQLite those of a table with an INTEGER PRIMARY KEY
 */
function endsWithKey({ dialect }: QueryClientContract, key: TableColumn): boolean {
  return dialect.name !== 'postgres' && (!isSqlite({ dialect }) || key.type === 'integer')
}

/**
 * Batches and pages are sorted by a moment and then by the user
 */
function describeShortIndexes(guestModel: LucidModel, indexes: TableIndex[]): Finding[] {
  const { table } = guestModel
  const userId = columnOf(guestModel, 'userId')
  const short = ['createdAt', 'lastSeenAt']
    .map((property) => columnOf(guestModel, property))
    .filter((moment) => {
      const starting = indexes.filter(({ columns }) => columns[0] === moment)
      return starting.length > 0 && !starting.some(({ columns }) => columns[1] === userId)
    })
  if (short.length === 0) {
    return []
  }

  const obsolete = indexes.filter(
    ({ columns }) => columns.length === 1 && short.includes(columns[0])
  )
  return [
    createFinding(
      'short-expiry-index',
      `The index on ${short.map((moment) => `"${table}.${moment}"`).join(' and that on ')} does not go on with "${userId}". When many guests have the same moment, each batch of a cleanup and each page of the admin list sorts all of them`,
      describeMigration({ table }, [
        ...obsolete.map(({ name, columns }) => `table.dropIndex(['${columns[0]}'], '${name}')`),
        ...short.map((moment) => `table.index(['${moment}', '${userId}'])`),
      ])
    ),
  ]
}

async function checkForeignKey({
  client,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  const { table } = guestModel
  const users = userModel.table
  const userId = columnOf(guestModel, 'userId')
  const usersKey = columnOf(userModel, userModel.primaryKey)
  const foreignKeys = await readForeignKeys(client, users)
  const foreignKey = foreignKeys.find((key) => key.table === table && key.columns.includes(userId))
  if (foreignKey?.onDelete === 'cascade') {
    return []
  }

  const name = foreignKey?.name ? `, '${foreignKey.name}'` : ''
  return [
    createFinding(
      'guests-foreign-key',
      foreignKey
        ? `The foreign key "${table}.${userId}" says ON DELETE ${foreignKey.onDelete.toUpperCase()}, so only a cleanup can delete guests`
        : `"${table}.${userId}" is no foreign key to "${users}.${usersKey}", so a deleted user leaves a row behind`,
      describeMigration({ table }, [
        ...(foreignKey ? [`table.dropForeign(['${userId}']${name})`] : []),
        `table.foreign('${userId}').references('${usersKey}').inTable('${users}').onDelete('CASCADE')`,
      ])
    ),
  ]
}

function columnOf(model: LucidModel, property: string): string {
  return model.$getColumn(property)!.columnName
}

/**
 * SQLite stores any value in any column; there, only the kind matters
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
