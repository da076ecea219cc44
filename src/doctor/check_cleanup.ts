import { formatAge } from '../age.ts'
import { Expiry } from '../guests/expiry.ts'
import { readIndexes } from '../database/indexes.ts'
import { readTableColumns } from '../database/table_columns.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { Dependents, type DependentKey } from '../database/dependents.ts'
import {
  isNamed,
  qualifiedName,
  readDefaultSchema,
  splitQualifiedName,
} from '../database/catalog.ts'
import {
  createFinding,
  describeMigration,
  listColumns,
  quoteColumns,
  type Finding,
} from './finding.ts'

const DAY = 24 * 60 * 60 * 1000

/**
 * Counting all of them would take long where no cleanup has ever run
 */
const MOST_COUNTED = 1000

/**
 * Expired guests stay until the next cleanup. One `maxAge` later they are
 * overdue, but never earlier than after a day or later than after a week
 */
export async function checkCleanup({
  client,
  config,
  directory,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  const expiry = new Expiry(config)
  const overdue = expiry.maxAge + Math.min(Math.max(expiry.maxAge, DAY), 7 * DAY)
  const guests = await guestModel
    .query({ client })
    .select('userId', expiry.property)
    .where(expiry.property, '<', directory.formatted(expiry.cutoff(overdue), 'down'))
    .orderBy(expiry.property)
    .limit(MOST_COUNTED)
  if (guests.length === 0) {
    return []
  }

  const amount = guests.length === MOST_COUNTED ? `${MOST_COUNTED} or more` : guests.length
  const oldest = Date.now() - guests[0][expiry.property].toMillis()
  const wholeDays = Math.floor(oldest / DAY) * DAY
  return [
    createFinding(
      'cleanup-not-running',
      `${amount} ${guests.length === 1 ? 'guest is' : 'guests are'} overdue in the table "${guestModel.table}": the oldest is ${formatAge(wholeDays)} old, and "maxAge" is ${formatAge(expiry.maxAge)}`,
      'Run "node ace guest:cleanup", which also reports the guests it cannot delete, and schedule it:\n0 * * * * cd /path/to/app/build && node ace guest:cleanup'
    ),
  ]
}

/**
 * A foreign key with the names to show: without a schema where it is the default
 * one
 */
interface ShownKey {
  key: DependentKey
  table: string
  parent: string

  connectionFlag: string
  isNullable: boolean
}

/**
 * Foreign keys that block the deletion of a guest, or make it slow. The one of
 * `guests` itself is checked with its table
 */
export async function checkForeignKeys({
  client,
  userModel,
  guestModel,
  connectionFlag,
}: SubjectWithDatabase): Promise<Finding[]> {
  const home = await readDefaultSchema(client)
  const keys = await new Dependents(client, userModel.table).keys()
  const findings: Finding[] = []

  for (const key of keys.filter((one) => !isNamed(one, guestModel.table))) {
    const columns = await readTableColumns(client, qualifiedName(key))
    const shown = {
      key,
      table: withoutSchema(qualifiedName(key), home),
      parent: withoutSchema(key.parent, home),
      connectionFlag,
      isNullable: columns
        .filter(({ name }) => key.columns.includes(name))
        .every((column) => column.isNullable),
    }
    if (key.effect === 'blocking') {
      findings.push(describeBlocking(shown))
    }

    const indexes = await readIndexes(client, qualifiedName(key))
    if (!indexes.some((index) => key.columns.includes(index.columns[0]))) {
      findings.push(describeUnindexed(shown))
    }
  }
  return findings
}

function describeBlocking(shown: ShownKey): Finding {
  const { key, parent, table, connectionFlag, isNullable } = shown
  const name = key.name ? ` ("${key.name}")` : ''
  const reason = key.onDelete === 'set null' ? ' on a column that is NOT NULL' : ''
  const rule = isNullable ? 'SET NULL' : 'CASCADE'
  const [own, other] = [quoteColumns(key.columns), quoteColumns(key.referencedColumns)]

  return createFinding(
    'blocking-foreign-key',
    `The foreign key ${describeColumns(shown)}${name} to "${parent}" says ON DELETE ${key.onDelete.toUpperCase()}${reason}, so a cleanup cannot delete guests who have rows there`,
    describeMigration({ table, connectionFlag }, [
      `table.dropForeign(${listColumns(key.columns)}${key.name ? `, '${key.name}'` : ''})`,
      ...(isNullable
        ? [`// Or CASCADE, when the rows of "${table}" may be deleted with the guest`]
        : []),
      `table.foreign(${own}).references(${other}).inTable('${parent}').onDelete('${rule}')`,
    ])
  )
}

function describeUnindexed(shown: ShownKey): Finding {
  const { key, parent, table, connectionFlag } = shown
  return createFinding(
    'unindexed-foreign-key',
    `The foreign key ${describeColumns(shown)} has no index, so each row deleted from "${parent}" reads the whole table "${table}"`,
    describeMigration({ table, connectionFlag }, [`table.index(${listColumns(key.columns)})`])
  )
}

function describeColumns({ key, table }: ShownKey): string {
  return `"${table}.${key.columns.join(', ')}"`
}

function withoutSchema(name: string, home: string | null): string {
  const { schema, table } = splitQualifiedName(name)
  return schema === home ? table : name
}
