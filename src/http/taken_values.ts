import type { FieldContext } from '@vinejs/vine/types'
import { RequestValidator, type HttpContext } from '@adonisjs/core/http'

import { findTakenAttributes } from '../database/taken_columns.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const RULE = 'database.unique'
const MESSAGE = 'The {{ field }} has already been taken'

/**
 * A value may be taken between validation and the write; then a unique key
 * rejects it. Visitors should see that next to the field, as if the validator
 * had found it
 *
 * @returns a VineJS error about the fields, or the error itself when it is
 * another one
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

  const vine = fields.length > 0 ? await importVine() : undefined
  if (!vine) {
    return error
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
 * The parts of a field that the message needs
 */
function describeField(name: string): FieldContext {
  return { name, wildCardPath: name, getFieldPath: () => name } as FieldContext
}

async function importVine() {
  return import('@vinejs/vine').catch(() => undefined)
}
