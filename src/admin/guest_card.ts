import type { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'

import { labelGuest } from './guest_label.ts'
import { createTexts } from '../pages/texts.ts'
import { createUrlFor } from '../pages/page_url.ts'
import type { ListedGuest } from '../inventory/guest_list.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * What the pages show of a guest
 */
export interface GuestCard {
  id: string | number
  label: string
  url: string
  createdAt: DateTime
  lastSeenAt: DateTime
  expiresAt: DateTime
  isExpired: boolean
}

/**
 * Makes the cards of one request
 */
export async function createCards(ctx: HttpContext, manager: GuestUserManager) {
  const urlFor = await createUrlFor(ctx)
  const text = createTexts(ctx)
  const { expiry } = manager
  const hidden = (id: string | number) => text('admin.hidden_user', { id })

  let isLogged = false
  const onError = (error: unknown) => {
    if (!isLogged) {
      isLogged = true
      ctx.logger.error({ err: error }, '"admin.label" of "config/guest_user.ts" failed')
    }
  }

  return (listed: ListedGuest): GuestCard => {
    const { userId, createdAt, lastSeenAt } = listed.guest
    return {
      id: userId,
      label: labelGuest(listed, manager, { hidden, onError }),
      url: urlFor('guest_user.admin.show', { guestId: userId }),
      createdAt,
      lastSeenAt,
      expiresAt: listed.guest[expiry.property].plus({ milliseconds: expiry.maxAge }),
      isExpired: expiry.isExpired(listed.guest),
    }
  }
}
