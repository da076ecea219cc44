import type { HttpContext } from '@adonisjs/core/http'

import { createTexts } from '../pages/texts.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { ConversionField } from './default_form.ts'

/**
 * The part of Inertia that is used here. Inertia is optional, and its types know
 * only the pages of one application
 */
interface Renderer {
  render(page: string, props: Record<string, unknown>): Promise<unknown>
}

interface FormState {
  fields: ConversionField[]
  prefill: Record<string, unknown>
  formUrl: string
  loginUrl: string
}

/**
 * Renders the component `guest_user/convert` of the application. Everything that
 * it gets is in the source of the page
 */
export function renderForm(ctx: HttpContext, { fields, prefill, formUrl, loginUrl }: FormState) {
  const text = createTexts(ctx)

  return render(ctx, 'guest_user/convert', {
    fields: fields.map((field) => ({
      name: field.name,
      type: field.type,
      label: text(field.label),
      hint: field.hint && text(field.hint),
      autocomplete: field.autocomplete,
      isRequired: field.isRequired,
      maxLength: field.maxLength,
    })),
    prefill: pickPrefill(fields, prefill),
    formUrl,
    loginUrl,
    texts: {
      title: text('convert.title'),
      lede: text('convert.lede'),
      optional: text('convert.optional'),
      submit: text('convert.submit'),
      loginQuestion: text('convert.login_question'),
      login: text('convert.login'),
    },
  })
}

/**
 * Renders the component `guest_user/convert_success`
 */
export function renderSuccess(ctx: HttpContext, { continueUrl }: { continueUrl: string }) {
  const text = createTexts(ctx)

  return render(ctx, 'guest_user/convert_success', {
    continueUrl,
    texts: {
      title: text('success.title'),
      lede: text('success.lede'),
      continue: text('success.continue'),
    },
  })
}

/**
 * The values may be a whole row of the users table. Only what the form shows
 * leaves the server, and no password
 */
function pickPrefill(
  fields: ConversionField[],
  values: Record<string, unknown>
): Record<string, string> {
  const shown = fields.filter(
    ({ type, attribute }) => type !== 'password' && (values[attribute] ?? '') !== ''
  )
  return Object.fromEntries(shown.map(({ name, attribute }) => [name, String(values[attribute])]))
}

/**
 * @throws E_INVALID_GUEST_USER_CONFIG
 */
function render(ctx: HttpContext, page: string, props: Record<string, unknown>) {
  const { inertia } = ctx as unknown as { inertia?: Renderer }
  if (!inertia) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"convert.inertia" is set, but no middleware of Inertia runs before the conversion page. Run "node ace configure @adonisjs/inertia", or add your own to "server.use" in "start/kernel.ts"`,
    ])
  }
  ctx.response.header('cache-control', 'no-store')
  return inertia.render(page, props)
}
