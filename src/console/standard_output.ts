import type { ApplicationService } from '@adonisjs/core/types'

/**
 * Reserves standard output for a machine-readable report: redirects what the
 * application prints while it starts to standard error, and silences its log,
 * which may not go through `process.stdout`
 */
export async function reserveStandardOutput<Result>(
  app: ApplicationService,
  callback: () => Promise<Result>
): Promise<Result> {
  if (!app.isBooted) {
    // The manager is a logger itself, separate from its default logger
    app.container.resolving('logger', (manager) => {
      manager.level = 'silent'
      manager.use().level = 'silent'
    })
  }

  const { write } = process.stdout
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    return await callback()
  } finally {
    process.stdout.write = write
  }
}
