import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { TextName } from '../pages/texts.ts'
import { splitQualifiedName } from '../qualified_name.ts'

/**
 * An input of the default form
 */
export interface ConversionField {
  /**
   * The property of the user model; that of the password for its repetition
   */
  attribute: string
  name: string
  type: 'text' | 'email' | 'password'
  label: TextName
  hint?: TextName
  autocomplete: string
  isRequired: boolean

  /**
   * Characters that the column has room for
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
 * The inputs that fit the user model: those of the starter kits' signup, where
 * it has all of their columns
 */
export async function listConversionFields(
  userModel: LucidModel,
  passwordColumn: string | null,
  client: QueryClientContract
): Promise<ConversionField[]> {
  const columns = await client.columnsInfo(splitQualifiedName(userModel.table).table)
  const find = (attribute: string) => columns[userModel.$getColumn(attribute)!.columnName]

  const fields: ConversionField[] = CANDIDATES.filter(({ attribute }) =>
    userModel.$hasColumn(attribute)
  ).map((candidate) => ({
    ...candidate,
    name: candidate.attribute,
    isRequired: Boolean(candidate.isUnique) || !find(candidate.attribute)?.nullable,
    maxLength: Number(find(candidate.attribute)?.maxLength) || undefined,
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
