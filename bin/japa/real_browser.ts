import type { PluginFn } from '@japa/runner/types'

/**
 * Japa plugin: `visit` and `browserContext` for the browser suite. Playwright
 * is slow to import, so the other suites do without
 */
export const realBrowser: PluginFn = async (japa) => {
  const suites = japa.cliArgs._ ?? []
  if (suites.length && !suites.includes('browser')) {
    return
  }

  const [{ browserClient }, { chromium }, { chromiumOptions }] = await Promise.all([
    import('@japa/browser-client'),
    import('playwright'),
    import('../../tests/services/chromium.ts'),
  ])
  const plugin = browserClient({
    runInSuites: ['browser'],
    launcher: async (options) => chromium.launch({ ...options, ...(await chromiumOptions()) }),
  })
  return plugin(japa)
}
