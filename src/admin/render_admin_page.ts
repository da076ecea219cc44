import type { HttpContext } from '@adonisjs/core/http'

import { TimeTexts } from './time_texts.ts'
import { formatCount } from '../count.ts'
import { createCountTexts, localeOf } from '../pages/texts.ts'
import { renderPage } from '../pages/render_page.ts'
import { createUrlFor } from '../pages/route_urls.ts'

/**
 * Renders one of the admin pages
 */
export async function renderAdminPage(
  ctx: HttpContext,
  template: string,
  state: Record<string, unknown>
): Promise<string> {
  const urlFor = await createUrlFor(ctx)
  const locale = localeOf(ctx)
  return renderPage(
    ctx,
    `admin/${template}`,
    {
      ...state,
      locale,
      times: new TimeTexts(locale),
      countText: createCountTexts(ctx),
      formatCount: (count: Parameters<typeof formatCount>[0]) => formatCount(count, locale),
      indexUrl: urlFor('guest_user.admin.index'),
    },
    {
      stylesheetUrl: { file: 'admin.css', route: 'guest_user.admin.stylesheet' },
      scriptUrl: { file: 'admin.js', route: 'guest_user.admin.script' },
    }
  )
}

/**
 * Leads to one of the admin pages, by GET after a POST as well
 */
export async function redirectTo(ctx: HttpContext, route: string, qs: Record<string, string> = {}) {
  const urlFor = await createUrlFor(ctx)
  return ctx.response
    .redirect()
    .status(303)
    .toPath(urlFor(route, {}, qs))
}
