import { join } from 'node:path'
import { existsSync } from 'node:fs'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * The name that the package's own templates are mounted under
 */
export const TEMPLATES_DISK = 'guest_user'

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
