import { setTimeout as sleep } from 'node:timers/promises'

import { Visitor } from '../../tests/app/visitor.ts'

const MILLISECONDS_BETWEEN_REQUESTS = 10
const NEWCOMER_EVERY = 10

/**
 * A site with visitors: most come back, some are new and become guests
 *
 * @returns how long each request took, in milliseconds
 */
export async function visit(url: string, isOver: () => boolean): Promise<number[]> {
  const regular = new Visitor(url)
  await regular.get('/cart')

  const durations: number[] = []
  const requests: Promise<void>[] = []
  for (let number = 0; !isOver(); number++) {
    const visitor = number % NEWCOMER_EVERY === 0 ? new Visitor(url) : regular.clone()
    requests.push(
      (async () => {
        const startedAt = performance.now()
        const { status } = await visitor.get('/cart')
        if (status !== 200) {
          throw new Error(`The site answered ${status}`)
        }
        durations.push(performance.now() - startedAt)
      })()
    )
    await sleep(MILLISECONDS_BETWEEN_REQUESTS)
  }
  await Promise.all(requests)
  return durations
}

export function percentile(durations: number[], part: number): number {
  const sorted = durations.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * part) - 1]
}
