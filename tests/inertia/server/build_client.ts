import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtemp } from 'node:fs/promises'
import { build } from 'vite'
import adonisjs from '@adonisjs/vite/client'

const CLIENT = join(import.meta.dirname, '../client')

/**
 * Builds the pages for production, as `vite build` does
 *
 * @returns the folder with the files and their manifest
 */
export async function buildClient(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-inertia-'))
  await build({
    root: CLIENT,
    configFile: false,
    logLevel: 'warn',
    esbuild: { jsx: 'automatic' },
    build: { outDir: folder },
    plugins: [adonisjs({ entrypoints: ['app.tsx'], buildDirectory: folder })],
  })
  return folder
}
