import type { HttpContext } from '@adonisjs/core/http'

import { findTokenGuard } from './token_guard.ts'
import { keepPrivate } from '../http/private_response.ts'
import type { ApiRoutesOptions, ConfiguredUser } from '../types.ts'
import { isValidationError } from '../conversion/conversion_form.ts'
import {
  E_ALREADY_REGISTERED,
  E_GUEST_IN_USE,
  E_GUEST_NOT_DELETED,
  E_GUEST_USER_REQUIRED,
  E_GUESTS_NOT_ALLOWED,
  E_NOT_A_GUEST,
} from '../errors.ts'

/**
 * A new guest, or another token for the guest who asks. Crawlers and the like do not
 * matter: who posts here wants a guest
 */
export async function createGuest(ctx: HttpContext, options: ApiRoutesOptions) {
  const { guestUser, response } = ctx
  const guard = await findTokenGuard(ctx, options)
  await guestUser.assertTokenAccepted()
  const kind = await guestUser.kind()
  if (kind === 'regular') {
    throw new E_ALREADY_REGISTERED()
  }

  const isNew = kind === 'anonymous'
  const user = isNew ? await makeGuest(ctx) : (await guestUser.user())!
  const token = await guard.createToken(user)
  keepPrivate(response)
  return response.status(isNew ? 201 : 200).send({
    type: 'bearer',
    token: token.value!.release(),
    expiresAt: token.expiresAt,
    user: await serialize(ctx, user, options),
  })
}

async function makeGuest(ctx: HttpContext): Promise<ConfiguredUser> {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const { enabled, allow } = manager.config
  if (!enabled || !(await allow(ctx))) {
    throw new E_GUESTS_NOT_ALLOWED()
  }
  return manager.create({ ctx })
}

/**
 * The guest becomes a regular user; the token stays
 */
export async function convertGuest(ctx: HttpContext, options: ApiRoutesOptions) {
  const { guestUser } = ctx
  const guest = await guestUser.requireUser()
  if ((await guestUser.kind()) !== 'guest') {
    throw new E_NOT_A_GUEST()
  }

  const form = await ctx.containerResolver.make('guestUser.conversionForm')
  try {
    const user = await guestUser.convert(await form.validate(ctx, guest))
    return { user: await serialize(ctx, user, options) }
  } catch (error) {
    // A second request may have been faster; then the taken address is the guest's own
    if (isValidationError(error) && (await guestUser.refresh()) !== 'guest') {
      throw new E_NOT_A_GUEST()
    }
    throw error
  }
}

/**
 * Deletes the guest and everything that belongs to them
 */
export async function deleteGuest(ctx: HttpContext) {
  const guest = await ctx.guestUser.requireUser()
  if ((await ctx.guestUser.kind()) !== 'guest') {
    throw new E_GUEST_USER_REQUIRED()
  }

  const manager = await ctx.containerResolver.make('guestUser.manager')
  const isDeleted = await manager.delete(guest).catch((error: unknown) => {
    // Its message names tables, which is for the developer
    throw error instanceof E_GUEST_NOT_DELETED
      ? new E_GUEST_IN_USE(undefined, { cause: error })
      : error
  })
  if (!isDeleted) {
    throw new E_GUEST_IN_USE()
  }
  return ctx.response.noContent()
}

async function serialize(ctx: HttpContext, user: ConfiguredUser, options: ApiRoutesOptions) {
  if (options.serialize) {
    return options.serialize(user, ctx)
  }
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const { userModel, passwordColumn } = await manager.engine.load()
  const secret = passwordColumn && userModel.$getColumn(passwordColumn)!.serializeAs
  return Object.fromEntries(Object.entries(user.serialize()).filter(([name]) => name !== secret))
}
