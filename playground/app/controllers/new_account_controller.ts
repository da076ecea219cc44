import type { HttpContext } from '@adonisjs/core/http'

import { signupValidator } from '#validators/user'

export default class NewAccountController {
  async create({ view }: HttpContext) {
    return view.render('pages/signup')
  }

  /**
   * A guest becomes a regular user with the same id, and keeps the notes
   */
  async store({ guestUser, request, response, session }: HttpContext) {
    const user = await guestUser.register(await request.validateUsing(signupValidator))

    session.flash('success', `Welcome, ${user.fullName}.`)
    return response.redirect().toIntended('/notes')
  }
}
