import type { HttpContext } from '@adonisjs/core/http'

/**
 * What a URL says, read to the letter. `request.qs()` makes lists of texts with
 * a comma and drops what comes after a thousand parameters, such as the age of
 * a long selection
 */
export class PageQuery {
  #parameters: URLSearchParams

  constructor({ request }: HttpContext) {
    this.#parameters = new URLSearchParams(request.parsedUrl.query ?? '')
  }

  has(name: string): boolean {
    return this.#parameters.has(name)
  }

  /**
   * @returns undefined when it is missing, or said more than once: then nobody
   * knows what was meant
   */
  text(name: string): string | undefined {
    const texts = this.#parameters.getAll(name)
    return texts.length === 1 ? texts[0] : undefined
  }

  /**
   * Each once
   */
  texts(name: string): string[] {
    return [...new Set(this.#parameters.getAll(name))]
  }
}
