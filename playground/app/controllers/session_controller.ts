import type { HttpContext } from '@adonisjs/core/http'

import User from '#models/user'
import { loginValidator } from '#validators/user'

export default class SessionController {
  async create({ view }: HttpContext) {
    return view.render('pages/login')
  }

  /**
   * A guest takes the notes along into the account
   */
  async store({ auth, guestUser, request, response, session }: HttpContext) {
    const { email, password } = await request.validateUsing(loginValidator)
    const user = await User.verifyCredentials(email, password)

    if (await guestUser.check()) {
      session.flash('success', 'Welcome back. What you wrote as a guest came with you.')
    }
    await auth.use('web').login(user)

    return response.redirect().toIntended('/notes')
  }

  async destroy({ auth, response }: HttpContext) {
    await auth.use('web').logout()
    return response.redirect().toPath('/')
  }
}
