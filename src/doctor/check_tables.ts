import { readdir } from 'node:fs/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { Expiry } from '../guests/expiry.ts'
import { isSqlite } from '../database/catalog.ts'
import { readIndexes, type TableIndex } from '../database/indexes.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { checkUserReference, columnOf } from './check_user_reference.ts'
import { readTableColumns, type TableColumn } from '../database/table_columns.ts'
import {
  createFinding,
  describeDeferred,
  describeMigration,
  type Finding,
  type FindingCode,
} from './finding.ts'

/**
 * What the migration calls on the columns of these properties
 */
const COLUMN_LINES: Record<string, (column: string, userId: string) => string[]> = {
  createdAt: describeMoment,
  lastSeenAt: describeMoment,
  visitKey: (column) => [`table.string('${column}', 64).nullable().unique()`],
}

function describeMoment(column: string, userId: string): string[] {
  return [
    `table.timestamp('${column}').notNullable().defaultTo('2000-01-01 00:00:00')`,
    `table.index(['${column}', '${userId}'])`,
  ]
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
  const { client, userModel, guestModel, connectionFlag, migrationFolders } = subject
  const run = `Run "node ace migration:run${connectionFlag}"`
  const users = await readTableColumns(client, userModel.table)
  const guests = await readTableColumns(client, guestModel.table)

  const findings: Finding[] = []
  if (users.length === 0) {
    findings.push(
      createFinding(
        'missing-users-table',
        `The table "${userModel.table}" of the model "${userModel.name}" does not exist`,
        run
      )
    )
  }
  if (guests.length === 0) {
    findings.push(
      createFinding(
        'missing-guests-table',
        `The table "${guestModel.table}" does not exist`,
        (await hasMigration(migrationFolders))
          ? run
          : `Run "node ace configure adonisjs-guest-user", which creates the migration, and "node ace migration:run${connectionFlag}"`
      )
    )
  }
  if (findings.length > 0) {
    return { findings }
  }

  const missing = findMissingColumns(subject, guests)
  return missing.length > 0 ? { findings: missing } : { tables: { users, guests }, findings: [] }
}

async function hasMigration(folders: string[]): Promise<boolean> {
  const files = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))
  return files.flat().some((file) => /_create_guests_table\.[cm]?[jt]s$/.test(file))
}

function findMissingColumns(
  { guestModel, connectionFlag }: SubjectWithDatabase,
  guests: TableColumn[]
): Finding[] {
  const { table } = guestModel
  return [...guestModel.$columnsDefinitions]
    .map(([property, { columnName }]) => ({ property, name: columnName }))
    .filter(({ name }) => !guests.some((column) => column.name === name))
    .map(({ property, name }) =>
      createFinding(
        'missing-guests-column',
        `The table "${table}" has no column "${name}", which the model "${guestModel.name}" wants`,
        property === 'userId'
          ? `Unless this is another table of your application, create it again by the migration of "node ace configure adonisjs-guest-user". If it is, name the one of the guests in a model that extends "Guest", and the model in "guestModel" of "config/guest_user.ts":\nstatic table = 'site_guests'`
          : describeMigration(
              { table, connectionFlag },
              COLUMN_LINES[property]?.(name, columnOf(guestModel, 'userId')) ?? [
                `table.string('${name}').nullable() // or the type that it needs`,
              ]
            )
      )
    )
}

/**
 * Has the `guests` table what its migration gives it?
 */
export async function checkGuestsTable(
  subject: SubjectWithDatabase,
  tables: Tables
): Promise<Finding[]> {
  const { client, config, guestModel, connectionFlag } = subject
  const { table } = guestModel
  const [userId, visitKey] = [columnOf(guestModel, 'userId'), columnOf(guestModel, 'visitKey')]
  const expiry = columnOf(guestModel, new Expiry(config).property)
  const findings: Finding[] = []

  const keys = await readUniqueKeys(client, table)
  const report = (code: FindingCode, problem: string, line: string, before?: string[]) => {
    const fix = describeMigration({ table, connectionFlag }, [line], before)
    findings.push(createFinding(code, problem, fix))
  }
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
      `table.unique(['${visitKey}'])`,
      // Those that exist may be equal, and are no longer needed
      describeDeferred(`await db.from('${table}').update({ ${visitKey}: null })`)
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
  const own = tables.guests.find(({ name }) => name === userId)!
  if (!endsWithKey(client, own)) {
    findings.push(...describeShortIndexes(subject, indexes))
  }
  return [...(await checkUserReference(subject, tables)), ...findings]
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
function describeShortIndexes(
  { guestModel, connectionFlag }: SubjectWithDatabase,
  indexes: TableIndex[]
): Finding[] {
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
      describeMigration({ table, connectionFlag }, [
        ...obsolete.map(({ name, columns }) => `table.dropIndex(['${columns[0]}'], '${name}')`),
        ...short.map((moment) => `table.index(['${moment}', '${userId}'])`),
      ])
    ),
  ]
}
