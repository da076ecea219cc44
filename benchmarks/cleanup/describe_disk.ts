import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import { median, percentile } from './statistics.ts'

const SYNCS = 500
const PAUSE = 5
const PAGE = Buffer.alloc(8192, 'x')

/**
 * How long the disk takes to sync one page while idle. Every commit waits for
 * that, so no transaction is shorter
 */
export async function describeDisk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-disk-'))
  try {
    const file = await open(join(folder, 'page'), 'w')
    const times: number[] = []
    for (let count = 0; count < SYNCS; count++) {
      await file.write(PAGE, 0, PAGE.length, 0)
      const startedAt = performance.now()
      await file.datasync()
      times.push(performance.now() - startedAt)
      await sleep(PAUSE)
    }
    await file.close()
    const [half, most, longest] = [median(times), percentile(times, 0.99), Math.max(...times)]
    return `${tmpdir()} syncs a page in ${half.toFixed(1)} ms, p99 ${most.toFixed(1)} ms, longest of ${SYNCS} ${longest.toFixed(0)} ms`
  } finally {
    await rm(folder, { recursive: true })
  }
}
