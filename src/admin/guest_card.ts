import type { DateTime } from 'luxon'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { UserId } from '../database/guest_tables.ts'
import { createTexts } from '../pages/texts.ts'
import { createUrlFor } from '../pages/render_page.ts'
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

/**
 * Creates the cards of one request
 */
export async function createCards(ctx: HttpContext, manager: GuestUserManager) {
  const urlFor = await createUrlFor(ctx)
  const text = createTexts(ctx)
  const { expiry } = manager
  const hidden = (id: UserId) => text('admin.hidden_user', { id })

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
      expiresAt: expiry.expiresAt(listed.guest),
      isExpired: expiry.isExpired(listed.guest),
    }
  }
}

const NAMES = ['username', 'fullName', 'name', 'email']

/**
 * Characters. Labels are part of messages, which travel in a cookie
 */
const LONGEST_LABEL = 254

/**
 * What the pages call a guest
 *
 * @param hidden label of users that a scope of the model hides
 * @param onError a label that fails must not break the whole list
 */
export function labelGuest(
  { guest, user }: ListedGuest,
  { config }: GuestUserManager,
  { hidden, onError }: { hidden: (id: UserId) => string; onError: (error: unknown) => void }
): string {
  const label = user && (configuredLabel(user, config, onError) ?? findName(user))
  return typeof label === 'string' && label.trim()
    ? label.slice(0, LONGEST_LABEL).toWellFormed()
    : hidden(guest.userId)
}

function configuredLabel(
  user: LucidRow,
  { admin }: GuestUserManager['config'],
  onError: (error: unknown) => void
): unknown {
  try {
    return admin.label?.(user)
  } catch (error) {
    onError(error)
    return undefined
  }
}

function findName(user: LucidRow): unknown {
  return NAMES.map((name) => user.$attributes[name]).find((value) => value)
}
