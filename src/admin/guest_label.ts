import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { ListedGuest } from '../inventory/guest_list.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const NAMES = ['username', 'fullName', 'name', 'email']

/**
 * What a guest is called on the pages
 *
 * @param hidden for users whom a scope of the model hides
 */
export function labelGuest(
  { guest, user }: ListedGuest,
  { config }: GuestUserManager,
  hidden: (id: string | number) => string
): string {
  const label = user && (config.admin.label?.(user) ?? findName(user))
  return typeof label === 'string' && label.trim() ? label : hidden(guest.userId)
}

function findName(user: LucidRow): unknown {
  return NAMES.map((name) => user.$attributes[name]).find((value) => value)
}
