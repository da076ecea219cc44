import { existsSync, rmSync } from 'node:fs'

const ATTEMPTS = 40
const PAUSE = 50

/**
 * Removes a folder into which a dying process may still be writing; `rmSync`
 * gives up on those and says nothing. Blocks, so that it works when this process
 * is about to exit as well
 */
export function removeFolder(folder: string) {
  for (let attempt = 1; existsSync(folder) && attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
    }
    rmSync(folder, { recursive: true, force: true })
  }
}
