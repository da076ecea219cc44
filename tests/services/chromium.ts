import { existsSync } from 'node:fs'

import sparticuz from '@sparticuz/chromium'

const SYSTEM_CHROMIUM = '/usr/bin/chromium'

/**
 * No sandbox, because root has none; no traffic but to the page under test
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

/**
 * Launch options for a real Chromium: the system's, or the one npm brings
 */
export async function chromiumOptions() {
  if (existsSync(SYSTEM_CHROMIUM)) {
    return { executablePath: SYSTEM_CHROMIUM, args: ARGUMENTS }
  }
  return { executablePath: await sparticuz.executablePath(), args: ARGUMENTS }
}
