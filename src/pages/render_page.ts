import type { HttpContext } from '@adonisjs/core/http'

import { createTexts } from './texts.ts'
import { createUrlFor } from './route_urls.ts'
import { readAsset, type AssetName } from './asset.ts'

/**
 * The part of Edge that is used here. Edge is an optional peer dependency
 */
interface Renderer {
  render(template: string, state: Record<string, unknown>): Promise<string>
}

/**
 * Renders one of the pages. Browsers keep no copy, so that Back shows the current
 * state
 *
 * @param assets the file and its route, by the name of its URL in the template
 */
export async function renderPage(
  ctx: HttpContext,
  template: string,
  state: Record<string, unknown>,
  assets: Record<string, { file: AssetName; route: string }>
): Promise<string> {
  const templates = await ctx.containerResolver.make('guestUser.templates')
  const urlFor = await createUrlFor(ctx)
  const { view } = ctx as HttpContext & { view: Renderer }

  const urls: Record<string, string> = {}
  for (const [name, { file, route }] of Object.entries(assets)) {
    const { version } = await readAsset(file)
    urls[name] = urlFor(route, {}, { v: version })
  }

  ctx.response.header('cache-control', 'no-store')
  return view.render(templates.find(template), {
    ...state,
    ...urls,
    text: createTexts(ctx),
    template: (name: string) => templates.find(name),
  })
}
