import type { LucidModel } from '@adonisjs/lucid/types/model'

import { englishTexts } from '../pages/texts.ts'
import {
  listDefaultMessages,
  LONGEST_PASSWORD,
  LONGEST_TEXT,
  PRINTABLE,
  SHORTEST_PASSWORD,
  type ConversionField,
} from '../conversion/default_form.ts'

const UNIQUE_IMPORTS = `
import type { FieldContext } from '@vinejs/vine/types'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'`

/**
 * The parts of a validator with the rules of the default form
 *
 * @returns the state of `stubs/eject/validator.stub`
 */
export function describeValidator(fields: ConversionField[], userModel: LucidModel) {
  const asked = fields.filter(({ name, attribute }) => name === attribute)
  const isAnyUnique = asked.some(({ isUnique }) => isUnique)
  const password = asked.find(({ type }) => type === 'password')

  return {
    imports: isAnyUnique ? UNIQUE_IMPORTS : '',
    printable: String(PRINTABLE),
    declarations: [
      isAnyUnique ? describeFilter(userModel) : '',
      password ? `\n\nconst confirmationField = '${password.name}Confirmation'` : '',
    ].join(''),
    rules: asked.map((field) => `${field.name}: ${describeRule(field, userModel)},`).join('\n  '),
    messages: Object.entries(listDefaultMessages(englishTexts))
      .map(([rule, message]) => `'${rule}': '${message}',`)
      .join('\n  '),
  }
}

function describeFilter(userModel: LucidModel): string {
  const { columnName } = userModel.$getColumn(userModel.primaryKey)!
  return `

/**
 * The other users: a guest may keep what they have
 */
const filter = (query: DatabaseQueryBuilderContract, _: string, field: FieldContext) => {
  query.whereNot('${columnName}', field.meta.userId)
}`
}

function describeRule(field: ConversionField, userModel: LucidModel): string {
  if (field.type === 'password') {
    return `vine.string().minLength(${SHORTEST_PASSWORD}).maxLength(${LONGEST_PASSWORD}).confirmed({ confirmationField })`
  }
  const { table, connection } = userModel
  const column = userModel.$getColumn(field.attribute)!.columnName
  const where = `table: '${table}', column: '${column}'`
  const of = connection ? `connection: '${connection}', ${where}` : where
  return [
    `text(${Math.min(LONGEST_TEXT, field.maxLength ?? LONGEST_TEXT)})`,
    field.type === 'email' && '.email()',
    field.isUnique && `.unique({ ${of}, filter })`,
    !field.isRequired && '.nullable()',
  ]
    .filter(Boolean)
    .join('')
}
