import { pluginAdonisJS } from '@japa/plugin-adonisjs'
import type { PluginFn } from '@japa/runner/types'

import type { TestApp } from './test_app.ts'

/**
 * Installs Japa plugins that need an application, which the runner of these
 * tests does not have when it starts
 */
export async function installPlugins({ app, url }: TestApp, ...plugins: PluginFn[]) {
  const japa = { runner: { onSuite() {} } } as unknown as Parameters<PluginFn>[0]
  for (const plugin of [pluginAdonisJS(app, { baseURL: url }), ...plugins]) {
    await plugin(japa)
  }
}
