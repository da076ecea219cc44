import { BaseCommand } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'

/**
 * `delete_expired_users` of django-guest-user
 */
export default class GuestCleanup extends BaseCommand {
  static commandName = 'guest:cleanup'
  static description = 'Delete guests that have expired, and everything that belongs to them'
  static help = [
    'Deletes the guests who are older than "maxAge" of "config/guest_user.ts".',
    'Run it on a schedule, for example every hour:',
    '```',
    '0 * * * * cd /path/to/app/build && node ace guest:cleanup',
    '```',
    'The exit status is 1 when a foreign key kept guests from being deleted.',
  ]
  static options: CommandOptions = { startApp: true }

  async run() {
    const guestUsers = await this.app.container.make('guestUser.manager')
    const { deleted, blocked, blockedBy } = await guestUsers.cleanup({
      onBatch: (progress) => this.logger.info(`${progress.deleted} guests deleted so far`),
    })

    if (deleted === 0 && blocked === 0) {
      this.logger.info('No guest has expired')
      return
    }
    this.logger.success(`Deleted ${deleted} ${deleted === 1 ? 'guest' : 'guests'}`)

    if (blocked > 0) {
      this.exitCode = 1
      this.logger.error(
        `${blocked} guests cannot be deleted, because other tables point at them. ` +
          'Give these foreign keys ON DELETE CASCADE or ON DELETE SET NULL'
      )
      for (const { table, constraint, total } of blockedBy) {
        this.logger.error(`${total} by ${table} ${constraint}`)
      }
    }
  }
}
