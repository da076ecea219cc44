import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * The frameworks that there are components for, with their clients and the ending
 * of their files
 */
export const ADAPTERS = {
  react: { client: '@inertiajs/react', extension: 'tsx', entrypoint: 'inertia/app.tsx' },
  vue: { client: '@inertiajs/vue3', extension: 'vue', entrypoint: 'inertia/app.ts' },
}

export type Adapter = keyof typeof ADAPTERS

const NAMES = Object.keys(ADAPTERS) as Adapter[]

export function isAdapter(name: string): name is Adapter {
  return Object.hasOwn(ADAPTERS, name)
}

/**
 * Finds out what the pages of an application are written with: the client among its
 * dependencies, or else the entry file
 *
 * @returns undefined when neither tells, or both are there
 */
export async function findAdapter(app: ApplicationService): Promise<Adapter | undefined> {
  const manifest = JSON.parse(await readFile(app.makePath('package.json'), 'utf-8'))
  const dependencies = { ...manifest.devDependencies, ...manifest.dependencies }
  const installed = NAMES.filter((name) => ADAPTERS[name].client in dependencies)
  const found = installed.length
    ? installed
    : NAMES.filter((name) => existsSync(app.makePath(ADAPTERS[name].entrypoint)))
  return found.length === 1 ? found[0] : undefined
}
