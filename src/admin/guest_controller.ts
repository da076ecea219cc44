import type { HttpContext } from '@adonisjs/core/http'
import type { HttpError } from '@adonisjs/core/types/http'

import { ConversionByOperator } from './conversion_by_operator.ts'
import { createCards } from './guest_card.ts'
import { flash } from '../pages/flash.ts'
import { createTexts } from '../pages/texts.ts'
import { createUrlFor } from '../pages/route_urls.ts'
import { redirectTo, renderAdminPage } from './render_admin_page.ts'
import type { ListedGuest } from '../inventory/guest_list.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'
import type { ValidationError } from '../conversion/conversion_form.ts'
import { E_NOT_A_GUEST } from '../errors.ts'

/**
 * One guest, and the rows that depend on them
 */
export async function showGuest(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const listed = await findGuest(ctx, manager)
  if (!listed) {
    return redirectMissing(ctx)
  }

  const inventory = await manager.engine.loadInventory()
  const { userId } = listed.guest
  const toCard = await createCards(ctx, manager)
  const urlFor = await createUrlFor(ctx)
  return renderAdminPage(ctx, 'guest', {
    card: toCard(listed),
    dependents: await inventory.dependents({ userIds: [userId] }),
    deleteUrl: urlFor('guest_user.admin.delete', {}, { guests: userId }),
    convertUrl:
      listed.user && (await new ConversionByOperator(manager).isPossible())
        ? urlFor('guest_user.admin.convert', { guestId: userId })
        : undefined,
  })
}

/**
 * Makes the guest a regular user with this address, and sends them the
 * application's mail for choosing a password
 */
export async function convertGuest(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const conversion = new ConversionByOperator(manager)
  const listed = (await conversion.isPossible()) && (await findGuest(ctx, manager))
  if (!listed || !listed.user) {
    return redirectMissing(ctx)
  }

  try {
    const { email, isMailed } = await conversion.convert(ctx, listed.guest.userId)
    const toCard = await createCards(ctx, manager)
    const { label } = toCard(listed)
    const text = createTexts(ctx)
    if (isMailed) {
      flash(ctx, 'success', text('admin.converted', { label, email }))
    } else {
      flash(ctx, 'error', text('admin.converted_without_mail', { label, email }))
    }
    return redirectTo(ctx, 'guest_user.admin.index')
  } catch (error) {
    if (error instanceof E_NOT_A_GUEST) {
      return redirectMissing(ctx)
    }
    if ((error as { code?: unknown }).code !== 'E_VALIDATION_ERROR') {
      throw error
    }
    ctx.session.flashValidationErrors(error as ValidationError & HttpError, false)
    ctx.session.flash({ email: String(ctx.request.input('email', '')).slice(0, 254) })
    return redirectTo(ctx, 'guest_user.admin.show')
  }
}

async function findGuest(ctx: HttpContext, manager: GuestUserManager): Promise<ListedGuest | null> {
  const inventory = await manager.engine.loadInventory()
  const key = await inventory.parseKey(ctx.params.guestId)
  return key === null ? null : inventory.find(key)
}

function redirectMissing(ctx: HttpContext) {
  flash(ctx, 'error', createTexts(ctx)('admin.gone'))
  return redirectTo(ctx, 'guest_user.admin.index')
}
