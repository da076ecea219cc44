import { humanId } from 'human-id'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BrowserContextOptions } from 'playwright'

import type { Walker } from './walker.ts'
import { BrowserVisitor } from './browser_visitor.ts'
import { arriveAsOperator } from './journeys/pages.ts'

const SIZES = {
  desktop: { width: 1280, height: 1000 },
  phone: { width: 390, height: 844 },
}

type Arrive = (options: BrowserContextOptions) => Promise<BrowserVisitor>

/**
 * Each look of a page: light and dark, for desktop and phone
 */
async function photograph(file: string, path: string, arrive: Arrive) {
  await mkdir(dirname(file), { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const visitor = await arrive({ colorScheme, viewport })
      await visitor.open(path)
      await visitor.page.screenshot({ path: `${file}_${size}_${colorScheme}.png` })
      await visitor.leave()
    }
  }
}

/**
 * The list of guests, in the layout of the kit
 */
export async function photographAdmin(walker: Walker, folder: string) {
  const createName = () => humanId({ separator: '-', capitalize: false })
  walker.database.addGuests(Array.from({ length: 60 }, createName))
  await photograph(join(folder, 'kit_hypermedia_admin'), '/admin/guests', (options) =>
    arriveAsOperator(walker, options)
  )
}

/**
 * The conversion page, as a guest sees it
 */
export async function photographConvert(walker: Walker, folder: string) {
  await photograph(join(folder, 'kit_react_convert'), '/convert', async (options) => {
    const guest = await BrowserVisitor.arrive(walker, options)
    await guest.open('/')
    return guest
  })
}
