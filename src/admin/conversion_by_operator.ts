import type { HttpContext } from '@adonisjs/core/http'

import { createTexts } from '../pages/texts.ts'
import type { UserId } from '../database/guest_tables.ts'
import { explainTakenValues } from '../http/taken_values.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import {
  listConversionFields,
  createDefaultMessages,
  createDefaultValidator,
} from '../conversion/default_form.ts'

/**
 * Support staff make a guest a regular user: they fill in the email address, and
 * the person who receives the mail chooses the password
 */
export class ConversionByOperator {
  #manager: GuestUserManager

  constructor(manager: GuestUserManager) {
    this.#manager = manager
  }

  /**
   * Without the mail, the account would have no password to sign in with
   */
  async isPossible(): Promise<boolean> {
    const userModel = await this.#manager.userModel()
    const { sendPasswordReset } = this.#manager.config.admin
    return sendPasswordReset !== undefined && userModel.$hasColumn('email')
  }

  /**
   * The mail is sent after the commit: its links must not lead to somebody who is
   * still a guest. The event has no `ctx`, because the visitor of this request is
   * the operator
   *
   * @throws E_VALIDATION_ERROR of VineJS
   * @throws E_NOT_A_GUEST when the guest converted or was deleted meanwhile
   */
  async convert(ctx: HttpContext, userId: UserId): Promise<{ email: string; isMailed: boolean }> {
    const values = await this.#validate(ctx, userId)
    const user = await this.#manager.convert(userId, values as never).catch(async (error) => {
      throw await explainTakenValues(error, values, ctx, this.#manager)
    })

    try {
      await this.#manager.config.admin.sendPasswordReset!(user, ctx)
      return { email: values.email, isMailed: true }
    } catch (error) {
      ctx.logger.error({ err: error }, 'the mail to a converted guest could not be sent')
      return { email: values.email, isMailed: false }
    }
  }

  async #validate(ctx: HttpContext, userId: UserId): Promise<{ email: string }> {
    const { userModel, directory } = await this.#manager.engine.load()
    const client = directory.client()
    const fields = await listConversionFields(userModel, null, client)
    const email = fields.filter(({ attribute }) => attribute === 'email')
    const validator = await createDefaultValidator(email, userModel, () => client)

    // The operator cannot log in to that account instead
    const text = createTexts(ctx)
    const messagesProvider = await createDefaultMessages((name, data) =>
      text(name === 'convert.taken' ? 'admin.email_taken' : name, data)
    )

    return ctx.request.validateUsing(validator, {
      messagesProvider,
      meta: { userId },
    })
  }
}
