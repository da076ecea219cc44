import app from '@adonisjs/core/services/app'

import type { GuestUserManager } from '../src/guest_user_manager.ts'

let guestUsers: GuestUserManager

/**
 * The guest user manager, available once the application has booted
 */
await app.booted(async () => {
  guestUsers = await app.container.make('guestUser.manager')
})

export { guestUsers as default }
