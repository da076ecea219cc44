import type { HttpContext } from '@adonisjs/core/http'

import { createTexts } from './texts.ts'
import { readStylesheet } from './stylesheet.ts'
import { TemplateFinder } from './template_finder.ts'

/**
 * The parts of Edge and of the router that are needed. Edge is optional, and an
 * application's route names are not known here
 */
interface Renderer {
  render(template: string, state: Record<string, unknown>): Promise<string>
}
type UrlFor = (name: string, parameters: Record<string, unknown>) => string

/**
 * Renders one of the pages. Browsers keep no copy, so Back shows what is true
 * now
 *
 * @param page `convert` for the routes named `guest_user.convert.…`
 */
export async function renderPage(
  ctx: HttpContext,
  page: string,
  template: string,
  state: Record<string, unknown>
): Promise<string> {
  const templates = await ctx.containerResolver.make(TemplateFinder)
  const router = await ctx.containerResolver.make('router')
  const { version } = await readStylesheet()

  const urlFor = router.urlBuilder.urlFor as unknown as UrlFor
  const { view } = ctx as HttpContext & { view: Renderer }

  ctx.response.header('cache-control', 'no-store')
  return view.render(templates.find(template), {
    ...state,
    text: createTexts(ctx),
    template: (name: string) => templates.find(name),
    stylesheetUrl: `${urlFor(`guest_user.${page}.stylesheet`, ctx.params)}?v=${version}`,
  })
}
