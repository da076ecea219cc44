import type { ApplicationService } from '@adonisjs/core/types'

/**
 * Keeps standard output free for a report that a program reads: what the
 * application prints while it starts goes to standard error, and its log, which
 * may not take that way, is silent
 */
export async function reserveStandardOutput<Result>(
  app: ApplicationService,
  callback: () => Promise<Result>
): Promise<Result> {
  if (!app.isBooted) {
    // The manager is a logger, too, and another one than its default logger
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
