import { ExceptionHandler, type HttpContext } from '@adonisjs/core/http'
import type { StatusPageRange, StatusPageRenderer } from '@adonisjs/core/types/http'

const renderError = (_: unknown, { inertia }: HttpContext, title: string) =>
  inertia.render('text' as never, { title } as never) as never

/**
 * Shows errors as pages of Inertia, like the starter kits in production
 */
export default class InertiaExceptionHandler extends ExceptionHandler {
  protected debug = false
  protected renderStatusPages = true
  protected statusPages: Record<StatusPageRange, StatusPageRenderer> = {
    '404': (error, ctx) => renderError(error, ctx, 'Not found'),
    '500..599': (error, ctx) => renderError(error, ctx, 'Server error'),
  }
}
