import type { Edge } from 'edge.js'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { createVisitorTag } from '../plugins/edge.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * Adds the tags `@isGuestUser()` and `@isRegularUser()` and the helper
 * `isGuestUser(user)`.
 *
 * @param resolveManager called when a template first asks, not at boot
 */
export function edgePluginGuestUser(resolveManager: () => Promise<GuestUserManager>) {
  return (edge: Edge) => {
    /**
     * For templates outside a request, such as mails. Inside one, the
     * initialize middleware shares a helper that remembers its answers
     */
    edge.global('isGuestUser', async (user?: LucidRow | null) => {
      const manager = await resolveManager()
      return manager.isGuest(user)
    })

    edge.registerTag(createVisitorTag('isGuestUser', 'guest'))
    edge.registerTag(createVisitorTag('isRegularUser', 'regular'))
  }
}
