import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { HttpContext } from '@adonisjs/core/http'

const TEMPLATES = new URL('../../templates/', import.meta.url)
const ONE_YEAR = 31_536_000

/**
 * The files that the pages load, each with its sources
 */
const ASSETS = {
  'guest_user.css': { type: 'text/css', sources: ['guest_user.css'] },
  'admin.css': { type: 'text/css', sources: ['guest_user.css', 'admin/admin.css'] },
  'admin.js': { type: 'text/javascript', sources: ['admin/admin.js'] },
}

export type AssetName = keyof typeof ASSETS

const contents = new Map<AssetName, { text: string; version: string }>()

/**
 * A file of the pages, read once. The version changes with its content, so
 * browsers may cache it for good
 */
export async function readAsset(name: AssetName) {
  const asset = contents.get(name) ?? (await loadAsset(name))
  contents.set(name, asset)
  return asset
}

async function loadAsset(name: AssetName) {
  const { sources } = ASSETS[name]
  const texts = await Promise.all(
    sources.map((source) => readFile(new URL(source, TEMPLATES), 'utf-8'))
  )
  const text = texts.join('\n')
  return { text, version: createHash('sha256').update(text).digest('hex').slice(0, 12) }
}

/**
 * Creates a route handler that serves a file from the site itself, as a strict
 * Content-Security-Policy requires
 */
export function serveAsset(name: AssetName) {
  return async ({ response }: HttpContext) => {
    const { text } = await readAsset(name)
    return response
      .header('content-type', `${ASSETS[name].type}; charset=utf-8`)
      .header('cache-control', `private, max-age=${ONE_YEAR}, immutable`)
      .send(text)
  }
}
