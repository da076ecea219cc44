import { middleware } from '#start/kernel'
import router from '@adonisjs/core/services/router'

const SessionController = () => import('#controllers/session_controller')

router.on('/').render('home')
router.post('/login', [SessionController, 'store']).use(middleware.guest())
