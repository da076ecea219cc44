import { existsSync } from 'node:fs'

import { unpackChromium } from './unpack_chromium.ts'

const SYSTEM_CHROMIUM = '/usr/bin/chromium'

/**
 * No sandbox, because root cannot use it; no traffic except to the page under
 * test
 */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface ChromiumOptions {
  executablePath: string
  args: string[]
  env?: Record<string, string>
}

/**
 * Launch options for a real Chromium: the one at CHROMIUM_PATH, the one of the
 * system, or the one from npm
 */
export async function chromiumOptions(): Promise<ChromiumOptions> {
  const installed = process.env.CHROMIUM_PATH ?? SYSTEM_CHROMIUM
  if (existsSync(installed)) {
    return { executablePath: installed, args: ARGUMENTS }
  }
  return { ...(await unpackChromium()), args: ARGUMENTS }
}
