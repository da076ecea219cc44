import { existsSync, rmSync } from 'node:fs'

const ATTEMPTS = 40
const PAUSE = 50

/**
 * Removes a folder that a dying process may still write to, where `rmSync`
 * fails silently. Synchronous, so that it also works while this process exits
 */
export function removeFolder(folder: string) {
  for (let attempt = 1; existsSync(folder) && attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
    }
    rmSync(folder, { recursive: true, force: true })
  }
}
