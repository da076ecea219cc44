import type { FieldContext } from '@vinejs/vine/types'
import { Exception } from '@adonisjs/core/exceptions'
import { RequestValidator, type HttpContext } from '@adonisjs/core/http'

import { withoutValues } from '../database/database_error.ts'
import { findTakenAttributes } from '../database/taken_columns.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const RULE = 'database.unique'
const MESSAGE = 'The {{ field }} has already been taken'

/**
 * A value may be taken between validation and the write; then a unique key
 * rejects it. Visitors should see that next to the field, as if the validator
 * had found it
 *
 * @returns a VineJS error about the fields, or one that the framework treats
 * alike; any other error of the database without the values, which include the
 * password hash; other errors as they are
 */
export async function explainTakenValues(
  error: unknown,
  values: Record<string, unknown>,
  ctx: HttpContext,
  manager: GuestUserManager
): Promise<unknown> {
  const { userModel, directory } = await manager.engine.load()
  const taken = await findTakenAttributes(directory.client(), userModel, error)
  const fields = Object.keys(values).filter((attribute) => taken.includes(attribute))
  if (fields.length === 0) {
    return withoutValues(error)
  }

  const vine = await importVine()
  if (!vine) {
    return new TakenValuesException(fields)
  }
  const messages = RequestValidator.messagesProvider?.(ctx) ?? vine.default.messagesProvider
  return new vine.errors.E_VALIDATION_ERROR(
    fields.map((field) => ({
      field,
      rule: RULE,
      message: messages.getMessage(MESSAGE, RULE, describeField(field)),
    }))
  )
}

/**
 * For applications without VineJS: the framework's exception handler knows
 * validation errors by their code
 */
class TakenValuesException extends Exception {
  static status = 422
  static code = 'E_VALIDATION_ERROR'
  static message = 'Validation failure'
  readonly messages: { field: string; rule: string; message: string }[]

  constructor(fields: string[]) {
    super()
    this.messages = fields.map((field) => ({
      field,
      rule: RULE,
      message: MESSAGE.replace('{{ field }}', field),
    }))
  }
}

/**
 * The parts of a field that the message needs
 */
function describeField(name: string): FieldContext {
  return { name, wildCardPath: name, getFieldPath: () => name } as FieldContext
}

async function importVine() {
  return import('@vinejs/vine').catch(() => undefined)
}
