/// <reference types="@adonisjs/core/providers/vinejs_provider" />

import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { createTexts } from '../pages/texts.ts'
import type { ConversionValidator, ConvertConfig } from '../types.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import {
  createDefaultMessages,
  createDefaultValidator,
  listConversionFields,
  type ConversionField,
} from './default_form.ts'

/**
 * Characters. Longer values are not shown again
 */
const LONGEST_REMEMBERED = 500

interface DefaultForm {
  fields: ConversionField[]
  validator: ConversionValidator
}

/**
 * `E_VALIDATION_ERROR` of VineJS
 */
export interface ValidationError extends Error {
  code: 'E_VALIDATION_ERROR'
  messages: { field: string; rule: string; message: string }[]
}

export function isValidationError(error: unknown): error is ValidationError {
  return (error as { code?: unknown } | null)?.code === 'E_VALIDATION_ERROR'
}

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
   * Whether the application renders the pages with Inertia
   */
  get isInertia(): boolean {
    return this.#manager.config.convert.inertia === true
  }

  /**
   * The inputs of the default form
   */
  async fields(): Promise<ConversionField[]> {
    const { fields } = await this.#loadDefaultForm()
    return fields
  }

  /**
   * The values of the form before anything is typed
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
  async validate(ctx: HttpContext, guest: LucidRow): Promise<Record<string, unknown>> {
    const { validator } = this.#manager.config.convert
    const meta = { userId: guest.$primaryKeyValue }
    const values = validator
      ? await ctx.request.validateUsing(await pickValidator(validator, ctx), { meta })
      : await this.#validateDefault(ctx, meta)

    const userModel = await this.#manager.userModel()
    const isColumn = (name: string) => name !== userModel.primaryKey && userModel.$hasColumn(name)
    return Object.fromEntries(Object.entries(values).filter(([name]) => isColumn(name)))
  }

  async #validateDefault(
    ctx: HttpContext,
    meta: Record<string, unknown>
  ): Promise<Record<string, unknown>> {
    const { validator } = await this.#loadDefaultForm()
    const messagesProvider = await createDefaultMessages(createTexts(ctx))
    return ctx.request.validateUsing(validator, { messagesProvider, meta })
  }

  /**
   * Replaces messages of the database with those of the default form
   */
  translate(error: ValidationError, ctx: HttpContext) {
    if (this.#manager.config.convert.validator === undefined) {
      const text = createTexts(ctx)
      error.messages
        .filter(({ rule }) => rule === 'database.unique')
        .forEach((message) => (message.message = text('convert.taken')))
    }
  }

  /**
   * The fields that are not shown again: those that may be a password, and those
   * too long for a session in a cookie
   */
  async listForgettable(input: Record<string, unknown>): Promise<string[]> {
    const { passwordColumn } = await this.#manager.engine.load()
    const isSecret = (name: string) =>
      /password/i.test(name) || (passwordColumn !== null && name.startsWith(passwordColumn))

    return Object.keys(input).filter(
      (name) =>
        isSecret(name) ||
        listNames(input[name]).some(isSecret) ||
        JSON.stringify(input[name] ?? '').length > LONGEST_REMEMBERED
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
    const { userModel, passwordColumn, directory } = await this.#manager.engine.load()
    const client = directory.client()

    const fields = await listConversionFields(userModel, passwordColumn, client)
    const isDefault = this.#manager.config.convert.validator === undefined
    if (isDefault && !fields.some((field) => field.isUnique)) {
      throw new E_INVALID_GUEST_USER_CONFIG([
        `The default form asks for an email address or a username, and the model "${userModel.name}" has neither. Set "convert.validator", and write your own form, starting with "node ace guest:eject convert"`,
      ])
    }
    const validator = await createDefaultValidator(fields, userModel, () => directory.client())
    return { fields, validator }
  }
}

/**
 * The names inside a value, at any depth
 */
function listNames(value: unknown): string[] {
  return value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([name, inner]) => [name, ...listNames(inner)])
    : []
}

async function pickValidator(
  validator: NonNullable<ConvertConfig['validator']>,
  ctx: HttpContext
): Promise<ConversionValidator> {
  const picked = typeof validator === 'function' ? await validator(ctx) : validator
  return 'default' in picked ? picked.default : picked
}
