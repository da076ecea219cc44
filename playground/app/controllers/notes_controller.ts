import type { HttpContext } from '@adonisjs/core/http'

import { noteValidator } from '#validators/note'

/**
 * Guests and regular users are the same to this controller: both are users
 */
export default class NotesController {
  /**
   * Crawlers are never made guests, and see an empty page
   */
  async index({ auth, view }: HttpContext) {
    const notes = await auth.user?.related('notes').query().orderBy('id', 'desc')
    return view.render('pages/notes', { notes: notes ?? [] })
  }

  async store({ auth, request, response, session }: HttpContext) {
    const user = auth.getUserOrFail()
    const payload = await request.validateUsing(noteValidator)
    await user.related('notes').create(payload)

    session.flash('success', 'Noted.')
    return response.redirect().toPath('/notes')
  }

  async destroy({ auth, params, response, session }: HttpContext) {
    const user = auth.getUserOrFail()
    const note = await user.related('notes').query().where('id', params.id).firstOrFail()
    await note.delete()

    session.flash('success', 'The note is gone.')
    return response.redirect().toPath('/notes')
  }
}
