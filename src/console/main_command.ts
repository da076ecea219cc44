import type { BaseCommand } from '@adonisjs/core/ace'

/**
 * Does the process exist for this command? Otherwise the command runs within an
 * application, such as a scheduler, that goes on afterwards
 */
export function isMainCommand(command: BaseCommand): boolean {
  return command.kernel.getMainCommand() === command
}
