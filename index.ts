import type Configure from '@adonisjs/core/commands/configure'

export { stubsRoot } from './stubs/main.ts'
export * as errors from './src/errors.ts'
export { defineConfig } from './src/define_config.ts'
export { usernames } from './src/usernames.ts'
export { GuestUserManager } from './src/guest_user_manager.ts'
export { HttpGuestUser } from './src/http/http_guest_user.ts'

/**
 * The hook of `node ace configure`. Each process of an application imports this
 * module for its configuration, and only that command the set-up
 */
export async function configure(command: Configure): Promise<void> {
  const setUp = await import('./configure.ts')
  return setUp.configure(command)
}
