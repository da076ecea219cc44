import type { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { UserId } from '../database/guest_tables.ts'
import { createTexts } from '../pages/texts.ts'
import { createUrlFor } from '../pages/route_urls.ts'
import type { ListedGuest } from '../inventory/guest_list.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * What the pages show of a guest
 */
export interface GuestCard {
  id: UserId
  label: string
  url: string
  createdAt: DateTime
  lastSeenAt: DateTime
  expiresAt: DateTime
  isExpired: boolean
}

const NAMES = ['username', 'fullName', 'name', 'email']

/**
 * Characters. Labels are part of messages, which travel in a cookie
 */
const LONGEST_LABEL = 254

/**
 * Creates the cards of one request
 */
export async function createCards(ctx: HttpContext, manager: GuestUserManager) {
  const urlFor = await createUrlFor(ctx)
  const labelOf = createLabels(ctx, manager)
  const { expiry } = manager

  return (listed: ListedGuest): GuestCard => {
    const { userId, createdAt, lastSeenAt } = listed.guest
    return {
      id: userId,
      label: labelOf(listed),
      url: urlFor('guest_user.admin.show', { guestId: userId }),
      createdAt,
      lastSeenAt,
      expiresAt: expiry.expiresAt(listed.guest),
      isExpired: expiry.isExpired(listed.guest),
    }
  }
}

/**
 * What the pages call a guest. An error of `admin.label` is logged once, and does
 * not break the list
 */
function createLabels(ctx: HttpContext, { config }: GuestUserManager) {
  const text = createTexts(ctx)
  let isLogged = false
  const configuredLabel = (user: LucidRow): unknown => {
    try {
      return config.admin.label?.(user)
    } catch (error) {
      if (!isLogged) {
        ctx.logger.error({ err: error }, '"admin.label" of "config/guest_user.ts" failed')
      }
      isLogged = true
    }
  }

  return ({ guest, user }: ListedGuest): string => {
    const label = user && (configuredLabel(user) ?? findName(user))
    return typeof label === 'string' && label.trim()
      ? label.slice(0, LONGEST_LABEL).toWellFormed()
      : text('admin.hidden_user', { id: guest.userId })
  }
}

function findName({ $attributes: attributes }: LucidRow): unknown {
  return NAMES.map((name) => attributes[name]).find(Boolean)
}
