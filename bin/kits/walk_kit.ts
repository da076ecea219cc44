import type { Browser } from 'playwright'

import type { Kit } from './kit.ts'
import { Walker } from './walker.ts'
import { KitCopy } from './kit_copy.ts'
import { RunningKit } from './running_kit.ts'
import { listNew } from './state.ts'
import { setUp, type SetUp } from './set_up.ts'

export interface WalkOptions {
  /**
   * Folder with the starter kits
   */
  kits: string

  /**
   * The packed package
   */
  tarball: string
  browser: Browser

  /**
   * Leaves the copy of the kit where it is
   */
  keep: boolean

  /**
   * Folder for pictures, if any are to be taken
   */
  screenshots?: string
}

export interface WalkResult extends SetUp {
  kit: Kit
  passed: number
  failures: string[]
}

/**
 * Adds the package to a copy of a kit, and takes the journeys through its production
 * build
 *
 * @throws when the package cannot be added, or the application not be built
 */
export async function walkKit(kit: Kit, options: WalkOptions): Promise<WalkResult> {
  const copy = await KitCopy.make(kit, options.kits)
  console.log(`\n── ${kit.name}${options.keep ? ` in ${copy.folder}` : ''}`)
  try {
    const done = await setUp(copy, options.tarball)
    const app = await RunningKit.start(copy)
    const walker = new Walker(app, options.browser)
    try {
      if (options.screenshots) {
        await kit.photograph?.(walker, options.screenshots)
      }
      await walk(walker, copy, done)
    } finally {
      await app.stop()
    }
    return { kit, ...done, passed: walker.passed, failures: walker.failures }
  } finally {
    if (!options.keep) {
      await copy.remove()
    }
  }
}

async function walk(walker: Walker, copy: KitCopy, { before, after, findings }: SetUp) {
  for (const [name, journey] of Object.entries(copy.kit.journeys)) {
    await walker.take(name, journey)
  }
  await walker.take('the log tells of no errors', async () => {
    walker.check('errors in the log', walker.app.errors, [])
  })
  await walker.take('lint, typecheck and tests are as clean as before', async () => {
    walker.check('what lint finds anew', listNew(after.lint, before.lint), [])
    walker.check('what the compiler finds anew', listNew(after.typecheck, before.typecheck), [])
    walker.check('result of the tests', after.tests, before.tests)
  })
  await walker.take('the doctor finds no errors', async () => {
    const errors = findings.filter((finding) => finding.startsWith('error'))
    walker.check('findings', errors, [])
  })
}
