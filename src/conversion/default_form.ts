import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { ConversionValidator } from '../types.ts'
import { readKeyType } from '../database/key_type.ts'
import type { TextName, Texts } from '../pages/texts.ts'
import { readTableColumns } from '../database/table_columns.ts'

export const LONGEST_TEXT = 254
export const SHORTEST_PASSWORD = 8

/**
 * PostgreSQL refuses texts with a NUL character, and no name has control characters
 */
export const PRINTABLE = /^\P{Cc}*$/u

/**
 * Bcrypt ignores what follows
 */
export const LONGEST_PASSWORD = 72

/**
 * An input of the default form
 */
export interface ConversionField {
  /**
   * The property of the user model. The repetition of the password has that of
   * the password
   */
  attribute: string
  name: string
  type: 'text' | 'email' | 'password'
  label: TextName
  hint?: TextName
  autocomplete: string
  isRequired: boolean

  /**
   * Characters that fit into the column
   */
  maxLength?: number

  /**
   * No two users may have the same
   */
  isUnique?: boolean
}

type Candidate = Pick<ConversionField, 'attribute' | 'type' | 'label' | 'autocomplete' | 'isUnique'>

/**
 * What sign-up forms ask for, as far as the user model has it
 */
const CANDIDATES: Candidate[] = [
  { attribute: 'fullName', type: 'text', label: 'convert.full_name', autocomplete: 'name' },
  { attribute: 'name', type: 'text', label: 'convert.name', autocomplete: 'name' },
  {
    attribute: 'username',
    type: 'text',
    label: 'convert.username',
    autocomplete: 'username',
    isUnique: true,
  },
  {
    attribute: 'email',
    type: 'email',
    label: 'convert.email',
    autocomplete: 'email',
    isUnique: true,
  },
]

/**
 * The inputs that fit the user model: those of the starter kits' signup, as far as
 * it has the columns
 */
export async function listConversionFields(
  userModel: LucidModel,
  passwordColumn: string | null,
  client: QueryClientContract
): Promise<ConversionField[]> {
  const columns = await readTableColumns(client, userModel.table)
  const find = (attribute: string) => {
    const { columnName } = userModel.$getColumn(attribute)!
    return columns.find(({ name }) => name === columnName)
  }
  const lengthOf = (attribute: string) => {
    const column = find(attribute)
    const { family, size } = column ? readKeyType(column) : { family: undefined, size: 0 }
    return family === 'string' && Number.isFinite(size) ? size : undefined
  }

  const fields: ConversionField[] = CANDIDATES.filter(({ attribute }) =>
    userModel.$hasColumn(attribute)
  ).map((candidate) => ({
    ...candidate,
    name: candidate.attribute,
    isRequired: Boolean(candidate.isUnique) || find(candidate.attribute)?.isNullable === false,
    maxLength: lengthOf(candidate.attribute),
  }))
  return passwordColumn ? [...fields, ...listPasswordFields(passwordColumn)] : fields
}

function listPasswordFields(attribute: string): ConversionField[] {
  const password = {
    attribute,
    type: 'password',
    autocomplete: 'new-password',
    isRequired: true,
  } as const

  return [
    { ...password, name: attribute, label: 'convert.password', hint: 'convert.password_hint' },
    { ...password, name: `${attribute}Confirmation`, label: 'convert.password_confirmation' },
  ]
}

/**
 * Validates the default form; `meta.userId` is the guest's. Whether a value is
 * taken is checked again by the database, when the row is written
 *
 * @param findClient the client at the time of the request, which may depend on it
 */
export async function createDefaultValidator(
  fields: ConversionField[],
  userModel: LucidModel,
  findClient: () => QueryClientContract
): Promise<ConversionValidator> {
  const { default: vine } = await import('@vinejs/vine')
  const primaryKey = userModel.$getColumn(userModel.primaryKey)!.columnName

  const unique = vine.createRule(async (value: unknown, column: string, field) => {
    if (!field.isValid) {
      return
    }
    const others = findClient().from(userModel.table).whereNot(primaryKey, field.meta.userId)
    if (await others.where(column, value as string).first()) {
      field.report('The {{ field }} has already been taken', 'database.unique', field)
    }
  })

  const createSchema = (field: ConversionField) => {
    if (field.type === 'password') {
      return vine
        .string()
        .minLength(SHORTEST_PASSWORD)
        .maxLength(LONGEST_PASSWORD)
        .confirmed({ confirmationField: `${field.name}Confirmation` })
    }
    const text = vine
      .string()
      .trim()
      .maxLength(Math.min(LONGEST_TEXT, field.maxLength ?? LONGEST_TEXT))
      .regex(PRINTABLE)
    if (field.type === 'email') {
      text.email()
    }
    if (field.isUnique) {
      text.use(unique(userModel.$getColumn(field.attribute)!.columnName))
    }
    return field.isRequired ? text : text.nullable()
  }

  const asked = fields.filter((field) => field.name === field.attribute)
  return vine.create(
    Object.fromEntries(asked.map((field) => [field.name, createSchema(field)]))
  ) as ConversionValidator
}

/**
 * Its messages, in the language of the visitor
 */
export async function createDefaultMessages(text: Texts) {
  const { SimpleMessagesProvider } = await import('@vinejs/vine')
  return new SimpleMessagesProvider(listDefaultMessages(text))
}

/**
 * The same, by the names of the rules
 */
export function listDefaultMessages(text: Texts): Record<string, string> {
  return {
    'required': text('convert.required'),
    'string': text('convert.required'),
    'email': text('convert.invalid_email'),
    'minLength': text('convert.min_length', { min: SHORTEST_PASSWORD }),
    'maxLength': text('convert.max_length', { max: '{{ max }}' }),
    'regex': text('convert.control_characters'),
    'confirmed': text('convert.password_mismatch'),
    'database.unique': text('convert.taken'),
  }
}
