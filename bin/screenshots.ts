/**
 * Takes the pictures of the documentation anew, from the playground:
 * npm run screenshots
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { chromium, type Browser, type Page } from 'playwright'

import { Visitor } from '../tests/app/visitor.ts'
import { Playground } from '../tests/browser/playground.ts'
import { chromiumOptions } from '../tests/services/chromium.ts'

const FOLDER = join(import.meta.dirname, '../docs/images')
const PLAYGROUND = join(import.meta.dirname, '../playground')
const GUESTS = 5000

const SIZES = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
}
const PAGES = {
  admin_list: '/admin/guests',
  admin_delete: '/admin/guests/delete?all=1&show=expired&older_than=10%20days',
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.fill('#email', 'operator@example.com')
  await page.fill('#password', 'margin-operator')
  await Promise.all([page.waitForEvent('load'), page.click('main button[type=submit]')])
}

async function photograph(browser: Browser, url: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const context = await browser.newContext({
        baseURL: url,
        userAgent: Visitor.userAgent,
        colorScheme,
        viewport,
      })
      const page = await context.newPage()
      await signIn(page)
      for (const [name, path] of Object.entries(PAGES)) {
        await page.goto(path)
        await page.screenshot({ path: join(FOLDER, `${name}_${size}_${colorScheme}.png`) })
      }
      await page.goto('/admin/guests')
      await page.click('tbody th a')
      await page.waitForSelector('.guest-user-details')
      await page.screenshot({ path: join(FOLDER, `admin_guest_${size}_${colorScheme}.png`) })
      await context.close()
    }
  }
}

const database = join(await mkdtemp(join(tmpdir(), 'guest-user-screenshots-')), 'db.sqlite3')
await promisify(execFile)(
  process.execPath,
  ['--import=@poppinss/ts-exec', 'bin/console.ts', 'margin:fill', `--guests=${GUESTS}`],
  { cwd: PLAYGROUND, env: { ...process.env, PLAYGROUND_DB: database } }
)

await mkdir(FOLDER, { recursive: true })
const playground = await Playground.open(database)
const browser = await chromium.launch(await chromiumOptions())
try {
  await photograph(browser, playground.url)
} finally {
  await browser.close()
  await playground.close()
}
