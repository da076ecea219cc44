import type { LucidRow, LucidModel } from '@adonisjs/lucid/types/model'

import type { Tables } from './check_tables.ts'
import { isSqlite } from '../database/catalog.ts'
import { readKeyType } from '../database/key_type.ts'
import { readUniqueKeys } from '../database/unique_keys.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import type { TableColumn } from '../database/table_columns.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

const CONFIG_FILE = 'config/guest_user.ts'

/**
 * Would the users table accept a guest? The attributes of two guests are built
 * and discarded; no row is written, and no hook of the model runs
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
        `"username" or "attributes" in "${CONFIG_FILE}" throws without a request, so guests cannot be created outside of one, and their columns cannot be checked: ${messageOf(error)}`,
        `Let them work without "ctx", which is undefined in commands, jobs and tests:\nattributes: ({ username, ctx }) => ({ …, locale: ctx?.request.language() ?? 'en' }),`
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
  const { table, $keys: keys } = subject.userModel
  return users
    .filter((column) => !column.isNullable && !column.hasDefault)
    .filter(({ name }) => (row[name] ?? null) === null)
    .map(({ name, type }) => ({ name, type, property: keys.columnsToAttributes.get(name) }))
    .filter(({ property }) => !isFilledByModel(subject, property))
    .map(({ name, type, property }) =>
      createFinding(
        'incomplete-attributes',
        `The column "${table}.${name}" (${type}) is NOT NULL without a default, and "attributes" in "${CONFIG_FILE}" leaves it out`,
        property
          ? `Return it from "attributes", or name it in "passwordColumn" if it holds the password hash:\nattributes: ({ username }) => ({ …, ${property}: … }),`
          : `Give the column a default, or add it to the model "${subject.userModel.name}" and return it from "attributes"`
      )
    )
}

function isFilledByModel(
  { userModel, passwordColumn }: SubjectWithDatabase,
  property: string | undefined
): boolean {
  if (property === undefined) {
    return false
  }
  const { autoCreate } = userModel.$getColumn(property)!.meta ?? {}
  return (
    property === passwordColumn || Boolean(autoCreate) || isMentionedInHook(userModel, property)
  )
}

type Hook = { name?: string; handle?: unknown } | ((...args: unknown[]) => unknown)

/**
 * Does a hook that runs before a user is inserted mention this property? Hooks
 * are read, not run: they may send mails or call other services
 */
function isMentionedInHook(model: LucidModel, property: string): boolean {
  const hooks = model.$hooks.all() as unknown as Map<string, Set<Hook>>
  const mention = new RegExp(`\\b${property}\\b`)
  return ['before:save', 'before:create']
    .flatMap((event) => [...(hooks.get(event) ?? [])])
    .some((hook) => mention.test(sourceOf(model, hook)))
}

/**
 * Lucid's decorators bind static methods, which hides their source
 */
function sourceOf(model: LucidModel, hook: Hook): string {
  const method = /^bound (.+)$/.exec(hook.name ?? '')?.[1]
  const source = method === undefined ? undefined : Reflect.get(model, method)
  return String(source ?? (typeof hook === 'function' ? hook : hook.handle))
}

/**
 * SQLite does not enforce lengths
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
 * The second guest cannot have the same values as the first one
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
        `"${userModel.table}.${columns.join(', ')}" is unique, but "attributes" in "${CONFIG_FILE}" returns the same value for every guest ("${first[columns[0]]}")`,
        `Derive it from "username":\nattributes: ({ username }) => ({ email: \`\${username}@guest.invalid\` }),`
      )
    )
}
