import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Texts } from '../pages/texts.ts'
import type { ConversionField } from './conversion_field.ts'
import type { ConversionValidator } from '../types.ts'

const LONGEST_TEXT = 254
const SHORTEST_PASSWORD = 8

/**
 * PostgreSQL refuses texts with a NUL character, and nobody's name has control
 * characters
 */
const PRINTABLE = /^\P{Cc}*$/u

/**
 * Bcrypt reads no further
 */
const LONGEST_PASSWORD = 72

/**
 * Validates the default form; `meta.userId` is the guest's. The database says again, when the row is written,
 * whether something is taken
 */
export async function createDefaultValidator(
  fields: ConversionField[],
  userModel: LucidModel,
  client: QueryClientContract
): Promise<ConversionValidator> {
  const { default: vine } = await import('@vinejs/vine')
  const primaryKey = userModel.$getColumn(userModel.primaryKey)!.columnName

  const unique = vine.createRule(async (value: unknown, column: string, field) => {
    if (!field.isValid) {
      return
    }
    const others = client.from(userModel.table).whereNot(primaryKey, field.meta.userId)
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
  return new SimpleMessagesProvider({
    'required': text('convert.required'),
    'string': text('convert.required'),
    'email': text('convert.invalid_email'),
    'minLength': text('convert.min_length', { min: SHORTEST_PASSWORD }),
    'maxLength': text('convert.max_length', { max: '{{ max }}' }),
    'regex': text('convert.control_characters'),
    'confirmed': text('convert.password_mismatch'),
    'database.unique': text('convert.taken'),
  })
}
