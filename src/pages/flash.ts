import type { HttpContext } from '@adonisjs/core/http'

/**
 * Shows a message on the next page. A readonly session cannot carry it there, and
 * the page works without it
 */
export function flash({ session }: HttpContext, kind: 'success' | 'error', message: string) {
  if (!session.readonly) {
    session.flash(kind, message)
  }
}
