/**
 * Adds the package to copies of AdonisJS's official starter kits, and uses them like
 * a visitor: `npm run kits -- --help`
 */
import { existsSync } from 'node:fs'
import { inspect, parseArgs } from 'node:util'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mkdtemp } from 'node:fs/promises'
import { chromium } from 'playwright'

import { KITS } from './kits/kits.ts'
import { packPackage } from './kits/pack_package.ts'
import { walkKit, type WalkResult } from './kits/walk_kit.ts'
import { writePage } from './kits/page.ts'
import { chromiumOptions } from '../tests/services/chromium.ts'
import { removeFolder } from '../tests/services/remove_folder.ts'

const HELP = `git clone https://github.com/adonisjs/starter-kits
KITS_DIR=starter-kits npm run kits                       all of them; writes docs/starter_kits.md
KITS_DIR=starter-kits npm run kits -- --kit=hypermedia   one of them

--keep               leaves the copies in the temporary folder
--screenshots=DIR    takes pictures of some pages

Kits: ${KITS.map((kit) => kit.name).join(', ')}`

const { values: flags } = parseArgs({
  options: {
    kit: { type: 'string' },
    keep: { type: 'boolean', default: false },
    screenshots: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (flags.help) {
  console.log(HELP)
  process.exit()
}

const kits = KITS.filter((kit) => !flags.kit || kit.name === flags.kit)
const problem = explainMissing()
if (problem) {
  console.error(`${problem}\n\n${HELP}`)
  process.exit(1)
}

/**
 * Why the walks cannot begin
 */
function explainMissing(): string | undefined {
  const { KITS_DIR } = process.env
  if (!KITS_DIR) {
    return 'KITS_DIR does not say where the starter kits are.'
  }
  if (!kits.length) {
    return `There is no kit called "${flags.kit}".`
  }
  const missing = kits.find(({ name }) => !existsSync(join(KITS_DIR, name, 'package.json')))
  return missing && `${KITS_DIR} does not have the kit ${missing.name}.`
}

const results: WalkResult[] = []
const failures: string[] = []
const folder = await mkdtemp(join(tmpdir(), 'guest-user-kits-'))
const tarball = await packPackage(folder)
const browser = await chromium.launch(await chromiumOptions())
try {
  for (const kit of kits) {
    try {
      const result = await walkKit(kit, {
        kits: resolve(process.env.KITS_DIR!),
        tarball,
        browser,
        keep: flags.keep,
        screenshots: flags.screenshots && resolve(flags.screenshots),
      })
      results.push(result)
      failures.push(...result.failures.map((failure) => `${kit.name}: ${failure}`))
    } catch (error) {
      failures.push(`${kit.name}: ${inspect(error)}`)
    }
  }
} finally {
  await browser.close()
  removeFolder(folder)
}

await writePage(results)
const passed = results.reduce((total, result) => total + result.passed, 0)
console.log(`\n${[...failures, `${passed} checks passed, ${failures.length} failed`].join('\n')}`)
process.exitCode = failures.length ? 1 : 0
