/**
 * Takes the pictures of the documentation anew, from the playground:
 * npm run screenshots
 */
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { chromium, type Browser } from 'playwright'

import { chromiumOptions } from '../tests/services/chromium.ts'
import { FilledPlayground } from '../tests/browser/filled_playground.ts'

const FOLDER = join(import.meta.dirname, '../docs/images')
const GUESTS = 5000

const SIZES = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
}
const PAGES = {
  admin_list: '/admin/guests',
  admin_delete: '/admin/guests/delete?all=1&show=expired&older_than=10%20days',
}

async function photograph(browser: Browser, filled: FilledPlayground) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const operator = await filled.arrive(browser, { colorScheme, viewport })
      const take = (name: string) =>
        operator.page.screenshot({ path: join(FOLDER, `${name}_${size}_${colorScheme}.png`) })

      for (const [name, path] of Object.entries(PAGES)) {
        await operator.open(path)
        await take(name)
      }
      await operator.open('/admin/guests')
      await operator.click('.guest-user-list tbody th a')
      await take('admin_guest')
      await operator.leave()
    }
  }
}

await mkdir(FOLDER, { recursive: true })
const filled = await FilledPlayground.open(GUESTS)
const browser = await chromium.launch(await chromiumOptions())
try {
  await photograph(browser, filled)
} finally {
  await browser.close()
  await filled.close()
}
