import type { HttpContext } from '@adonisjs/core/http'

import User from '#models/user'
import { signupValidator } from '#validators/user'

export default class NewAccountController {
  async create({ view }: HttpContext) {
    return view.render('pages/signup')
  }

  async store({ auth, request, response, session }: HttpContext) {
    const payload = await request.validateUsing(signupValidator)
    const user = await User.create(payload)
    await auth.use('web').login(user)

    session.flash('success', `Welcome, ${user.fullName}.`)
    return response.redirect().toIntended('/notes')
  }
}
