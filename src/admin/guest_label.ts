import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { ListedGuest } from '../inventory/guest_list.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

const NAMES = ['username', 'fullName', 'name', 'email']

/**
 * Characters. Labels are part of messages, which travel in a cookie
 */
const LONGEST_LABEL = 254

/**
 * What a guest is called on the pages
 *
 * @param hidden for users whom a scope of the model hides
 * @param onError one guest without a label must not cost the whole list
 */
export function labelGuest(
  { guest, user }: ListedGuest,
  { config }: GuestUserManager,
  {
    hidden,
    onError,
  }: { hidden: (id: string | number) => string; onError: (error: unknown) => void }
): string {
  const label = user && (askForLabel(user, config, onError) ?? findName(user))
  return typeof label === 'string' && label.trim()
    ? label.slice(0, LONGEST_LABEL).toWellFormed()
    : hidden(guest.userId)
}

function askForLabel(
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
