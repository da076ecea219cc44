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
 * Support staff make a guest a regular user: they write the address down, the
 * password is chosen by whoever reads its mail
 */
export class ConversionByOperator {
  #manager: GuestUserManager

  constructor(manager: GuestUserManager) {
    this.#manager = manager
  }

  /**
   * Nobody could sign in to the account without the mail
   */
  async isPossible(): Promise<boolean> {
    const userModel = await this.#manager.userModel()
    const { sendPasswordReset } = this.#manager.config.admin
    return sendPasswordReset !== undefined && userModel.$hasColumn('email')
  }

  /**
   * The mail is sent after the commit: its links must not lead to somebody who
   * is a guest still. No `ctx` goes with the event, because the visitor of this
   * request is the operator
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
      ctx.logger.error({ err: error }, 'the mail to a guest who was converted cannot be sent')
      return { email: values.email, isMailed: false }
    }
  }

  async #validate(ctx: HttpContext, userId: UserId): Promise<{ email: string }> {
    const { userModel, directory } = await this.#manager.engine.load()
    const client = directory.client()
    const fields = await listConversionFields(userModel, null, client)
    const email = fields.filter(({ attribute }) => attribute === 'email')
    const validator = await createDefaultValidator(email, userModel, client)

    // Nobody asks the operator to log in instead
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
