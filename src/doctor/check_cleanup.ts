import { Expiry } from '../guests/expiry.ts'
import { formatAge } from '../age.ts'
import {
  type SubjectWithDatabase,
  createFinding,
  type Finding,
  describeMigration,
  listColumns,
  quoteColumns,
} from './finding.ts'
import { readIndexes } from '../database/indexes.ts'
import { readTableColumns } from '../database/table_columns.ts'
import { findDependents, type Dependent } from '../database/dependents.ts'

const DAY = 24 * 60 * 60 * 1000

/**
 * Counting all of them would take long where a cleanup never ran
 */
const MOST_COUNTED = 1000

/**
 * Expired guests stay until the next cleanup, which may run as rarely as guests
 * expire: once a day at least, and once a week at most
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
    .where(expiry.property, '<', directory.formatted(expiry.cutoff(overdue), 'rather earlier'))
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
      'Run "node ace guest:cleanup", which also tells whom it cannot delete, and put it on a schedule:\n0 * * * * cd /path/to/app/build && node ace guest:cleanup'
    ),
  ]
}

/**
 * Foreign keys that keep a guest from being deleted, or make it slow. Those of
 * `guests` itself are looked at elsewhere
 */
export async function checkForeignKeys({
  client,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const dependent of await findDependents(client, userModel.table)) {
    if (dependent.key.table === guestModel.table) {
      continue
    }

    const columns = await readTableColumns(client, dependent.qualifiedTable)
    const isNullable = columns
      .filter(({ name }) => dependent.key.columns.includes(name))
      .every((column) => column.isNullable)
    if (isBlocking(dependent, isNullable)) {
      findings.push(describeBlocking(dependent, isNullable))
    }

    const indexes = await readIndexes(client, dependent.qualifiedTable)
    if (!indexes.some((index) => dependent.key.columns.includes(index.columns[0]))) {
      findings.push(describeUnindexed(dependent))
    }
  }
  return findings
}

function isBlocking({ key }: Dependent, isNullable: boolean): boolean {
  switch (key.onDelete) {
    case 'restrict':
    case 'no action':
      return true
    case 'set null':
      return !isNullable
    default:
      return false
  }
}

function describeBlocking(dependent: Dependent, isNullable: boolean): Finding {
  const { key, parent, title, schema } = dependent
  const name = key.name ? ` ("${key.name}")` : ''
  const reason = key.onDelete === 'set null' ? ' on a column that is NOT NULL' : ''
  const rule = isNullable ? 'SET NULL' : 'CASCADE'
  const [own, other] = [quoteColumns(key.columns), quoteColumns(key.referencedColumns)]

  return createFinding(
    'blocking-foreign-key',
    `The foreign key ${describeColumns(dependent)}${name} to "${parent}" says ON DELETE ${key.onDelete.toUpperCase()}${reason}, so a cleanup cannot delete guests who have rows there`,
    describeMigration({ schema, table: key.table }, [
      `table.dropForeign(${listColumns(key.columns)}${key.name ? `, '${key.name}'` : ''})`,
      ...(isNullable ? [`// Or CASCADE, when what is in "${title}" may go with the guest`] : []),
      `table.foreign(${own}).references(${other}).inTable('${parent}').onDelete('${rule}')`,
    ])
  )
}

function describeUnindexed(dependent: Dependent): Finding {
  const { key, parent, title, schema } = dependent
  return createFinding(
    'unindexed-foreign-key',
    `The foreign key ${describeColumns(dependent)} has no index, so each row deleted from "${parent}" reads the whole table "${title}"`,
    describeMigration({ schema, table: key.table }, [`table.index(${listColumns(key.columns)})`])
  )
}

function describeColumns({ key, title }: Dependent): string {
  return `"${title}.${key.columns.join(', ')}"`
}
