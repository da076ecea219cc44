import { join } from 'node:path'
import { existsSync } from 'node:fs'
import type { HttpContext } from '@adonisjs/core/http'
import type { ApplicationService } from '@adonisjs/core/types'

import { createTexts } from './texts.ts'
import { createUrlFor } from './route_urls.ts'
import { readAsset, type AssetName } from './asset.ts'

/**
 * The name that the package's own templates are mounted under
 */
export const TEMPLATES_DISK = 'guest_user'

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

/**
 * Finds the template of a page or of a part of it: the application's, if there is
 * a file of that name in `resources/views/guest_user`, otherwise the package's
 *
 * @example
 * templates.find('convert') // 'guest_user/convert' or 'guest_user::convert'
 */
export class TemplateFinder {
  #app: ApplicationService
  #found = new Map<string, string>()

  constructor(app: ApplicationService) {
    this.#app = app
  }

  find(name: string): string {
    const known = this.#found.get(name)
    if (known && this.#app.inProduction) {
      return known
    }

    const file = join(this.#app.viewsPath(TEMPLATES_DISK), `${name}.edge`)
    const separator = existsSync(file) ? '/' : '::'
    const template = `${TEMPLATES_DISK}${separator}${name}`
    this.#found.set(name, template)
    return template
  }
}
