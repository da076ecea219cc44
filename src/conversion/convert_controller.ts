import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { HttpError } from '@adonisjs/core/types/http'

import { isLocalPath } from '../local_path.ts'
import { isInertiaPageVisit, requireFullVisit } from '../inertia/visit.ts'
import { renderPage } from '../pages/render_page.ts'
import { renderForm, renderSuccess } from './inertia_pages.ts'
import { isValidationError, type ConversionForm, type ValidationError } from './conversion_form.ts'
import { E_ALREADY_REGISTERED, E_GUEST_USER_REQUIRED, E_NOT_A_GUEST } from '../errors.ts'

/**
 * The page on which a guest becomes a regular user (the conversion view of
 * django-guest-user)
 */
export default class ConvertController {
  /**
   * The form
   */
  async create(ctx: HttpContext) {
    const form = await ctx.containerResolver.make('guestUser.conversionForm')
    if (!form.isInertia && isInertiaPageVisit(ctx.request)) {
      return requireFullVisit(ctx)
    }
    const guest = await assertGuest(ctx)
    const state = {
      fields: await form.fields(),
      prefill: await form.prefill(ctx, guest),
      formUrl: ctx.request.url(),
      loginUrl: ctx.guestUser.redirectPath('login'),
    }
    return form.isInertia ? renderForm(ctx, state) : renderConvertPage(ctx, 'convert', state)
  }

  async store(ctx: HttpContext) {
    const guest = await assertGuest(ctx)
    const form = await ctx.containerResolver.make('guestUser.conversionForm')

    try {
      await ctx.guestUser.convert(await form.validate(ctx, guest))
    } catch (error) {
      if (!isValidationError(error) && !(error instanceof E_NOT_A_GUEST)) {
        throw error
      }
      // A second click, or another tab, may have been faster; then the taken
      // address is the visitor's own. Or the guest may have been cleaned up
      const kind = await ctx.guestUser.refresh()
      if (kind === 'anonymous') {
        throw turnAwayAnonymous(ctx)
      }
      if (kind === 'guest') {
        return refuse(ctx, form, error)
      }
    }
    return redirectConverted(ctx)
  }

  async success(ctx: HttpContext) {
    const form = await ctx.containerResolver.make('guestUser.conversionForm')
    if (!form.isInertia && isInertiaPageVisit(ctx.request)) {
      return requireFullVisit(ctx)
    }
    const kind = await ctx.guestUser.kind()
    if (kind !== 'regular') {
      return ctx.response
        .redirect()
        .toPath(ctx.guestUser.redirectPath(kind === 'guest' ? 'convert' : 'login'))
    }
    const state = { continueUrl: ctx.guestUser.redirectPath('registered') }
    return form.isInertia
      ? renderSuccess(ctx, state)
      : renderConvertPage(ctx, 'convert_success', state)
  }
}

function renderConvertPage(ctx: HttpContext, template: string, state: Record<string, unknown>) {
  return renderPage(ctx, template, state, {
    stylesheetUrl: { file: 'guest_user.css', route: 'guest_user.convert.stylesheet' },
  })
}

async function assertGuest(ctx: HttpContext): Promise<LucidRow> {
  const kind = await ctx.guestUser.kind()
  if (kind === 'regular') {
    throw new E_ALREADY_REGISTERED().turnAway(kind, ctx.guestUser.redirectPath('registered'))
  }
  if (kind === 'anonymous') {
    throw turnAwayAnonymous(ctx)
  }
  return (await ctx.guestUser.user())!
}

function turnAwayAnonymous({ guestUser }: HttpContext) {
  return new E_GUEST_USER_REQUIRED().turnAway('anonymous', guestUser.redirectPath('anonymous'))
}

/**
 * Browsers are sent to the form itself, since the Referer header may be missing.
 * Nothing that may be a password is stored in the session
 */
async function refuse(ctx: HttpContext, form: ConversionForm, error: unknown) {
  if (!isValidationError(error) || !acceptsHtml(ctx)) {
    throw error
  }
  form.translate(error, ctx)

  ctx.session.flashValidationErrors(error as ValidationError & HttpError, false)
  const forgettable = await form.listForgettable(ctx.request.original())
  ctx.session.flashExcept(['_csrf', '_method', ...forgettable])
  return ctx.response.redirect().toPath(ctx.request.url())
}

/**
 * To the page that sent the guest here, otherwise where the configuration says
 */
function redirectConverted(ctx: HttpContext) {
  const intended = ctx.session.pullIntendedUrl()
  const path = isLocalPath(intended) ? intended : ctx.guestUser.redirectPath('converted')
  return ctx.response.redirect().toPath(path)
}

function acceptsHtml({ request }: HttpContext): boolean {
  return request.accepts(['html', 'application/vnd.api+json', 'json']) === 'html'
}
