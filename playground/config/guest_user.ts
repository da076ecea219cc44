import { defineConfig, usernames } from 'adonisjs-guest-user'
import type { InferGuestUserTypes } from 'adonisjs-guest-user/types'

const guestUserConfig = defineConfig({
  enabled: true,
  userModel: () => import('#models/user'),
  username: usernames.friendly(),
  redirects: { registered: '/notes' },
  admin: {
    // SQLite has no booleans
    authorize: ({ auth }) => Boolean(auth.user?.isOperator),
    search: ['email', 'fullName'],
    sendPasswordReset: (user, { logger }) => {
      logger.info({ to: user.email }, 'a real site would send a mail with a link now')
    },
  },
  attributes: ({ username }) => ({ fullName: username, email: `${username}@guest.invalid` }),
})

export default guestUserConfig

declare module 'adonisjs-guest-user/types' {
  export interface GuestUserTypes extends InferGuestUserTypes<typeof guestUserConfig> {}
}
