import { setTimeout } from 'node:timers/promises'

const PATIENCE = 30_000

/**
 * @throws when that does not become true, with what `explain` returns
 */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  explain: () => string
): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await setTimeout(50)) {
    if (await isTrue()) {
      return
    }
  }
  throw new Error(explain())
}
