import { pluginAdonisJS } from '@japa/plugin-adonisjs'
import type { PluginFn } from '@japa/runner/types'

import type { TestApp } from './test_app.ts'

/**
 * Installs Japa plugins that need an application, which does not exist yet when
 * the test runner starts
 */
export async function installPlugins({ app, url }: TestApp, ...plugins: PluginFn[]) {
  const japa = { runner: { onSuite() {} } } as unknown as Parameters<PluginFn>[0]
  for (const plugin of [pluginAdonisJS(app, { baseURL: url }), ...plugins]) {
    await plugin(japa)
  }
}
