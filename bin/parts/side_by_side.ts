import type { Part } from './parts.ts'

/**
 * Runs the parts in their order, as many at a time as there are workers. A part
 * that comes after others lets those behind it pass while it waits
 */
export async function runSideBySide(
  parts: Part[],
  workers: number,
  run: (part: Part) => Promise<void>
): Promise<void> {
  const waiting = [...parts]
  const running = new Map<string, Promise<void>>()
  const isReady = ({ after = [] }: Part) =>
    !after.some((name) => running.has(name) || waiting.some((part) => part.name === name))

  while (waiting.length || running.size) {
    const next = running.size < workers ? waiting.find(isReady) : undefined
    if (next) {
      waiting.splice(waiting.indexOf(next), 1)
      running.set(
        next.name,
        run(next).finally(() => running.delete(next.name))
      )
    } else {
      await Promise.race(running.values())
    }
  }
}
