import { errors } from '@adonisjs/core/http'
import router from '@adonisjs/core/services/router'

import guestUsers from 'adonisjs-guest-user/services/main'

import { middleware } from '#start/kernel'

const NotesController = () => import('#controllers/notes_controller')
const SessionController = () => import('#controllers/session_controller')
const NewAccountController = () => import('#controllers/new_account_controller')

/**
 * Anybody may look; nobody becomes a guest by looking
 */
router.on('/').render('pages/home')

/**
 * Whoever opens or writes notes becomes a guest, unless they are signed in
 */
router
  .group(() => {
    router.get('/notes', [NotesController, 'index'])
    router.post('/notes', [NotesController, 'store'])
  })
  .use(middleware.allowGuestUser())

/**
 * Nobody is made a guest to delete a note: there is none to delete yet
 */
router.delete('/notes/:id', [NotesController, 'destroy']).where('id', router.matchers.number())

router
  .on('/why-register')
  .render('pages/why_register')
  .use(middleware.guestUserRequired({ anonymousUrl: '/login', registeredUrl: '/notes' }))

/**
 * Guests cannot log out: they have no password to come back with
 */
router
  .group(() => {
    router.on('/settings').render('pages/settings')
    router.post('/logout', [SessionController, 'destroy'])
  })
  .use(middleware.regularUserRequired({ loginUrl: '/login' }))

router
  .group(() => {
    router.get('/login', [SessionController, 'create'])
    router.post('/login', [SessionController, 'store'])
    router.get('/signup', [NewAccountController, 'create'])
    router.post('/signup', [NewAccountController, 'store'])
  })
  .use(middleware.unregisteredOnly({ registeredUrl: '/notes' }))

/**
 * The package's own page for guests who register. It says how, in `templates`
 * of its own; `resources/views/guest_user/layout.edge` puts it on our paper
 */
guestUsers.registerConvertRoutes('/convert')

/**
 * The package's pages about guests, closed to everybody but operators
 */
guestUsers.registerAdminRoutes('/admin/guests')

/**
 * As a route, so that the page "not found" knows the visitor too
 */
router.get('*', ({ request }) => {
  throw new errors.E_ROUTE_NOT_FOUND([request.method(), request.url()])
})
