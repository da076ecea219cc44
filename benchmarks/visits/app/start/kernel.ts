import router from '@adonisjs/core/services/router'
import server from '@adonisjs/core/services/server'

import { usesPackage } from '#start/contender'

server.errorHandler(() => import('#exceptions/handler'))

router.use([
  () => import('@adonisjs/core/bodyparser_middleware'),
  () => import('@adonisjs/session/session_middleware'),
  () => import('@adonisjs/shield/shield_middleware'),
  () => import('@adonisjs/auth/initialize_auth_middleware'),
  () => import('#middleware/silent_auth_middleware'),
  ...(usesPackage ? [() => import('adonisjs-guest-user/initialize_guest_user_middleware')] : []),
])

export const middleware = router.named({
  guest: () => import('#middleware/guest_middleware'),
  allowGuestUser: () => import('adonisjs-guest-user/allow_guest_user_middleware'),
})
