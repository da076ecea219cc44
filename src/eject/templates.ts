import { fileURLToPath } from 'node:url'
import { glob } from 'node:fs/promises'

const FOLDER = fileURLToPath(new URL('../../templates/', import.meta.url))

/**
 * The templates of the conversion page
 */
export const CONVERT_TEMPLATES = ['convert', 'convert_success', 'field']

/**
 * The names of all templates, such as `layout` and `admin/list`
 */
export async function listTemplates(): Promise<string[]> {
  const files = await Array.fromAsync(glob('**/*.edge', { cwd: FOLDER }))
  return files.map((file) => file.replaceAll('\\', '/').replace('.edge', '')).sort()
}

export function templatePath(name: string): string {
  return `${FOLDER}${name}.edge`
}
