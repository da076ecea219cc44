import type { ApplicationService } from '@adonisjs/core/types'

/**
 * Starts the application from within a command. Ace would start it before `run`,
 * where it could print what it wants
 */
export async function startApplication(app: ApplicationService): Promise<void> {
  if (!app.isReady) {
    await app.boot()
    await app.start(() => {})
  }
}
