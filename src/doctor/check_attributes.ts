import type { LucidRow, LucidModel } from '@adonisjs/lucid/types/model'

import type { Tables } from './check_tables.ts'
import { isSqlite } from '../database/catalog.ts'
import { readKeyType } from '../database/key_type.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import type { TableColumn } from '../database/table_columns.ts'
import { type SubjectWithDatabase, createFinding, messageOf, type Finding } from './finding.ts'

const CONFIG_FILE = 'config/guest_user.ts'

/**
 * Would the users table take a guest? Two guests are built and thrown away; no
 * row is written, and no hook of the model runs
 */
export async function checkAttributes(
  subject: SubjectWithDatabase,
  { users }: Tables
): Promise<Finding[]> {
  let attributes: Record<string, unknown>[]
  try {
    attributes = [await buildAttributes(subject), await buildAttributes(subject)]
  } catch (error) {
    return [
      createFinding(
        'failing-attributes',
        `"username" or "attributes" in "${CONFIG_FILE}" throws without a request, so guests cannot be made outside of one, and their columns cannot be checked: ${messageOf(error)}`,
        `Let them do without "ctx", which is undefined in commands, jobs and tests:\nattributes: ({ username, ctx }) => ({ …, locale: ctx?.request.language() ?? 'en' }),`
      ),
    ]
  }

  const unknown = findUnknown(subject, attributes[0])
  if (unknown.length > 0) {
    return unknown
  }
  const rows = attributes.map((values) => readRow(subject, values))
  return [
    ...(subject.passwordColumn === undefined ? [] : findIncomplete(subject, users, rows[0])),
    ...findTooLong(subject, users, rows[0]),
    ...(await findConstant(subject, rows)),
  ]
}

async function buildAttributes({ config }: SubjectWithDatabase): Promise<Record<string, unknown>> {
  const username = await config.username(undefined, 1)
  if (typeof username !== 'string' || username.trim() === '') {
    throw new Error('"username" must return a name that is not empty')
  }
  return ((await config.attributes({ username })) as Record<string, unknown>) ?? {}
}

function findUnknown(
  { userModel }: SubjectWithDatabase,
  attributes: Record<string, unknown>
): Finding[] {
  return Object.keys(attributes)
    .filter((name) => !userModel.$hasColumn(name))
    .map((name) =>
      createFinding(
        'unknown-attribute',
        `"attributes" in "${CONFIG_FILE}" returns "${name}", which is not a column of the model "${userModel.name}"`,
        `Leave "${name}" out of "attributes", or add to the model:\n@column()\ndeclare ${name}: string`
      )
    )
}

/**
 * What the model would insert, by column
 */
function readRow(
  { userModel }: SubjectWithDatabase,
  attributes: Record<string, unknown>
): Record<string, unknown> {
  const user: LucidRow = new userModel()
  user.fill(attributes)
  const columns = [...userModel.$columnsDefinitions].map(([property, { columnName }]) => [
    columnName,
    user.$attributes[property],
  ])
  return Object.fromEntries(columns)
}

function findIncomplete(
  subject: SubjectWithDatabase,
  users: TableColumn[],
  row: Record<string, unknown>
): Finding[] {
  return users
    .filter((column) => !column.isNullable && !column.hasDefault)
    .filter(({ name }) => (row[name] ?? null) === null && !isFilledByModel(subject, name))
    .map(({ name, type }) => {
      const { table } = subject.userModel
      const property = propertyOf(subject, name)
      return createFinding(
        'incomplete-attributes',
        `The column "${table}.${name}" (${type}) is NOT NULL without a default, and "attributes" in "${CONFIG_FILE}" leaves it out`,
        property
          ? `Return it from "attributes", or name it in "passwordColumn" if it holds the password hash:\nattributes: ({ username }) => ({ …, ${property}: … }),`
          : `Give the column a default, or add it to the model "${subject.userModel.name}" and return it from "attributes"`
      )
    })
}

function isFilledByModel(subject: SubjectWithDatabase, column: string): boolean {
  const property = propertyOf(subject, column)
  if (property === undefined) {
    return false
  }
  const { autoCreate } = subject.userModel.$getColumn(property)!.meta ?? {}
  return (
    property === subject.passwordColumn ||
    Boolean(autoCreate) ||
    isFilledByHook(subject.userModel, property)
  )
}

function propertyOf({ userModel }: SubjectWithDatabase, column: string): string | undefined {
  for (const [property, { columnName }] of userModel.$columnsDefinitions) {
    if (columnName === column) {
      return property
    }
  }
}

/**
 * SQLite does not look at lengths
 */
function findTooLong(
  { client, userModel }: SubjectWithDatabase,
  users: TableColumn[],
  row: Record<string, unknown>
): Finding[] {
  if (isSqlite(client)) {
    return []
  }
  return users
    .map((column) => ({ column, value: row[column.name], length: readKeyType(column).size }))
    .filter(({ column, value, length }) => {
      const isText = readKeyType(column).family === 'string'
      return isText && typeof value === 'string' && [...value].length > length
    })
    .map(({ column: { name }, value, length }) =>
      createFinding(
        'attribute-too-long',
        `The column "${userModel.table}.${name}" holds ${length} characters, but "attributes" in "${CONFIG_FILE}" returns ${[...(value as string)].length} ("${value}")`,
        `Use shorter names in "${CONFIG_FILE}":\nusername: usernames.numbered(),`
      )
    )
}

/**
 * The second guest could not have what the first one has
 */
async function findConstant(
  { client, userModel }: SubjectWithDatabase,
  [first, second]: Record<string, unknown>[]
): Promise<Finding[]> {
  const isSame = (column: string) =>
    (first[column] ?? null) !== null && String(first[column]) === String(second[column])
  const keys = await readUniqueKeys(client, userModel.table)

  return keys
    .filter(({ columns }) => columns.every(isSame))
    .map(({ columns }) =>
      createFinding(
        'constant-unique-attribute',
        `"${userModel.table}.${columns.join(', ')}" is unique, but "attributes" in "${CONFIG_FILE}" returns the same for each guest ("${first[columns[0]]}")`,
        `Make it from "username":\nattributes: ({ username }) => ({ email: \`\${username}@guest.invalid\` }),`
      )
    )
}

type Hook = { name?: string; handle?: unknown } | ((...args: unknown[]) => unknown)

/**
 * Do hooks that run before a user is inserted mention this property? They are
 * read, not run: they may send mails or call other services
 */
export function isFilledByHook(model: LucidModel, property: string): boolean {
  const mentions = new RegExp(`\\b${property}\\b`)
  return readHooks(model).some((source) => mentions.test(source))
}

/**
 * The hook of `withAuthFinder` is left out: it names its column by a variable
 */
function readHooks(model: LucidModel): string[] {
  const hooks = model.$hooks.all() as unknown as Map<string, Set<Hook>>
  return ['before:save', 'before:create']
    .flatMap((event) => [...(hooks.get(event) ?? [])])
    .map((hook) => readSource(model, hook))
}

/**
 * Lucid's decorators bind static methods, which hides their source
 */
function readSource(model: LucidModel, hook: Hook): string {
  const method = /^bound (.+)$/.exec(hook.name ?? '')?.[1]
  const source = method === undefined ? undefined : Reflect.get(model, method)
  return String(source ?? (typeof hook === 'function' ? hook : hook.handle))
}
