/// <reference types="@adonisjs/core/providers/vinejs_provider" />

import { RequestValidator, type HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { FieldContext } from '@vinejs/vine/types'

import { createTexts } from '../pages/texts.ts'
import { findTakenColumns } from '../taken_columns.ts'
import type { ConversionValidator } from '../types.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import { createDefaultMessages, createDefaultValidator } from './default_validator.ts'
import { listConversionFields, type ConversionField } from './conversion_field.ts'

interface DefaultForm {
  fields: ConversionField[]
  validator: ConversionValidator
}

const TAKEN = 'The {{ field }} has already been taken'

/**
 * What a guest fills in to become a regular user
 */
export class ConversionForm {
  #manager: GuestUserManager
  #defaultForm?: Promise<DefaultForm>

  constructor(manager: GuestUserManager) {
    this.#manager = manager
  }

  /**
   * The inputs of the default form
   */
  async fields(): Promise<ConversionField[]> {
    const { fields } = await this.#loadDefaultForm()
    return fields
  }

  /**
   * What is in the form before anybody typed
   */
  async prefill(ctx: HttpContext, guest: LucidRow): Promise<Record<string, unknown>> {
    const { prefill } = this.#manager.config.convert
    if (typeof prefill === 'function') {
      return prefill(guest, ctx)
    }
    return prefill ? guest.$attributes : {}
  }

  /**
   * @returns values for columns of the user, never for its primary key
   * @throws E_VALIDATION_ERROR of VineJS
   */
  async validate(ctx: HttpContext): Promise<Record<string, unknown>> {
    const { validator } = this.#manager.config.convert
    const values = validator
      ? await ctx.request.validateUsing(pickValidator(validator, ctx))
      : await this.#validateDefault(ctx)

    const userModel = await this.#manager.userModel()
    const isColumn = (name: string) => name !== userModel.primaryKey && userModel.$hasColumn(name)
    return Object.fromEntries(Object.entries(values).filter(([name]) => isColumn(name)))
  }

  async #validateDefault(ctx: HttpContext): Promise<Record<string, unknown>> {
    const { validator } = await this.#loadDefaultForm()
    const messagesProvider = await createDefaultMessages(createTexts(ctx))
    return ctx.request.validateUsing(validator, { messagesProvider })
  }

  /**
   * Somebody may take an email address after it was validated: then the unique
   * key of the database says so
   *
   * @returns an error of the validator about these fields, or the error itself
   */
  async explain(
    error: unknown,
    values: Record<string, unknown>,
    ctx: HttpContext
  ): Promise<unknown> {
    const userModel = await this.#manager.userModel()
    const client = await this.#manager.client()
    const columns = await findTakenColumns(client, userModel.table, error)
    const fields = columns
      .map((column) => userModel.$keys.columnsToAttributes.get(column, column))
      .filter((attribute) => attribute in values)
    if (fields.length === 0) {
      return error
    }

    const { default: vine, errors } = await import('@vinejs/vine')
    const messages = this.#manager.config.convert.validator
      ? (RequestValidator.messagesProvider?.(ctx) ?? vine.messagesProvider)
      : await createDefaultMessages(createTexts(ctx))
    return new errors.E_VALIDATION_ERROR(
      fields.map((field) => ({
        field,
        rule: 'database.unique',
        message: messages.getMessage(TAKEN, 'database.unique', {
          name: field,
          wildCardPath: field,
          getFieldPath: () => field,
        } as FieldContext),
      }))
    )
  }

  #loadDefaultForm(): Promise<DefaultForm> {
    this.#defaultForm ??= this.#createDefaultForm().catch((error) => {
      this.#defaultForm = undefined
      throw error
    })
    return this.#defaultForm
  }

  async #createDefaultForm(): Promise<DefaultForm> {
    const userModel = await this.#manager.userModel()
    const client = await this.#manager.client()
    const passwordColumn = await this.#manager.passwordColumn()

    const fields = await listConversionFields(userModel, passwordColumn, client)
    const isDefault = this.#manager.config.convert.validator === undefined
    if (isDefault && !fields.some((field) => field.isUnique)) {
      throw new E_INVALID_GUEST_USER_CONFIG([
        `The default form asks for an email address or a username, and the model "${userModel.name}" has neither. Set "convert.validator", and write your own form in "resources/views/guest_user/convert.edge"`,
      ])
    }
    return { fields, validator: await createDefaultValidator(fields, userModel, client) }
  }
}

function pickValidator(
  validator: ConversionValidator | ((ctx: HttpContext) => ConversionValidator),
  ctx: HttpContext
): ConversionValidator {
  return typeof validator === 'function' ? validator(ctx) : validator
}
