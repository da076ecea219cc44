import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { HttpContext } from '@adonisjs/core/http'

const FILE = new URL('../../templates/guest_user.css', import.meta.url)
const ONE_YEAR = 31_536_000

let stylesheet: Promise<{ css: string; version: string }> | undefined

/**
 * The stylesheet of the pages, read once. The version changes with it, so
 * browsers may keep it
 */
export function readStylesheet() {
  stylesheet ??= readFile(FILE, 'utf-8').then((css) => ({
    css,
    version: createHash('sha256').update(css).digest('hex').slice(0, 12),
  }))
  return stylesheet
}

/**
 * Serves it from the site itself, as a strict Content-Security-Policy wants
 */
export async function serveStylesheet({ response }: HttpContext) {
  const { css } = await readStylesheet()
  return response
    .header('content-type', 'text/css; charset=utf-8')
    .header('cache-control', `private, max-age=${ONE_YEAR}, immutable`)
    .send(css)
}
