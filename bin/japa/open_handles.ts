const PATIENCE = 10_000

/**
 * Tests must close what they open. A process that does not end by itself is
 * ended, and fails, so that nobody waits for it
 */
export function reportOpenHandles() {
  setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ')
    console.error(`The tests are over, but something was left open: ${open}`)
    process.exit(1)
  }, PATIENCE).unref()
}
