/// <reference types="@adonisjs/lucid/database_provider" />

import type { BaseCommand } from '@adonisjs/core/ace'

import { isMainCommand } from './main_command.ts'

/**
 * Takes away Lucid's printer of queries (`prettyPrintDebugQueries`, which the
 * starter kits set in development): their output would bury that of the command.
 * To be called before the application boots
 */
export function hideQueries(command: BaseCommand) {
  const { app } = command
  if (!isMainCommand(command)) {
    return
  }
  app.booted(async () => {
    if (app.container.hasBinding('lucid.db')) {
      const database = await app.container.make('lucid.db')
      const emitter = await app.container.make('emitter')
      emitter.off('db:query', database.prettyPrint)
    }
  })
}
