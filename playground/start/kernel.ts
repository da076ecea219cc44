import router from '@adonisjs/core/services/router'
import server from '@adonisjs/core/services/server'

server.errorHandler(() => import('#exceptions/handler'))

server.use([() => import('@adonisjs/static/static_middleware')])

router.use([
  () => import('@adonisjs/core/bodyparser_middleware'),
  () => import('@adonisjs/session/session_middleware'),
  () => import('@adonisjs/shield/shield_middleware'),
  () => import('@adonisjs/auth/initialize_auth_middleware'),
  () => import('#middleware/silent_auth_middleware'),
  () => import('adonisjs-guest-user/initialize_guest_user_middleware'),
])

export const middleware = router.named({
  allowGuestUser: () => import('adonisjs-guest-user/allow_guest_user_middleware'),
  guestUserRequired: () => import('adonisjs-guest-user/guest_user_required_middleware'),
  regularUserRequired: () => import('adonisjs-guest-user/regular_user_required_middleware'),
  unregisteredOnly: () => import('adonisjs-guest-user/unregistered_only_middleware'),
})
