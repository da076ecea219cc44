import type { BaseCommand } from '@adonisjs/core/ace'

import { isMainCommand } from './main_command.ts'

/**
 * Reserves standard output for a machine-readable report: redirects what the
 * application prints to standard error, while it starts, works and shuts down,
 * and silences its log, which may not go through `process.stdout`
 *
 * @param report prints the report
 */
export async function reserveStandardOutput<Result>(
  command: BaseCommand,
  work: () => Promise<Result>,
  report: (result: Result) => void
): Promise<void> {
  const { app } = command
  if (!app.isBooted) {
    // The manager is a logger itself, separate from its default logger
    app.container.resolving('logger', (manager) => {
      manager.level = 'silent'
      manager.use().level = 'silent'
    })
  }

  const { write } = process.stdout
  const redirect = () => {
    process.stdout.write = process.stderr.write.bind(process.stderr)
  }
  const restore = () => {
    process.stdout.write = write
  }

  redirect()
  try {
    const result = await work()
    restore()
    report(result)
  } finally {
    if (isMainCommand(command)) {
      redirect()
    } else {
      restore()
    }
  }
}
