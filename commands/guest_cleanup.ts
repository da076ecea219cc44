import { BaseCommand, flags } from '@adonisjs/core/ace'
import { InvalidArgumentsException } from '@adonisjs/core/exceptions'

import type { CleanupResult } from '../src/types.ts'
import { hideQueries } from '../src/console/hide_queries.ts'
import { StopSignals } from '../src/console/stop_signals.ts'
import { reserveStandardOutput } from '../src/console/standard_output.ts'
import { formatCount } from '../src/count.ts'
import { CleanupProgress } from '../src/console/cleanup_progress.ts'

/**
 * Any other error exits with 1, the default of the framework
 */
const GUESTS_ARE_BLOCKED = 2

/**
 * `delete_expired_users` of django-guest-user
 */
export default class GuestCleanup extends BaseCommand {
  static commandName = 'guest:cleanup'
  static description = 'Delete guests that have expired, and everything that belongs to them'
  static help = [
    'Deletes the guests who are older than "maxAge" of "config/guest_user.ts".',
    'Run it on a schedule, for example every hour. Runs that overlap are safe:',
    '```',
    '0 * * * * cd /path/to/app/build && node ace guest:cleanup',
    '```',
    'SIGINT and SIGTERM stop it after the current batch.',
    '',
    'Exit statuses:',
    '  0    done, or the limit is reached',
    '  1    an error, or a flag is wrong',
    '  2    done, but foreign keys keep guests from being deleted',
    '  130  stopped by SIGINT (Ctrl+C)',
    '  143  stopped by SIGTERM',
  ]

  @flags.string({
    description: 'Delete guests older than this instead of "maxAge", for example 30d or "2 hours"',
  })
  declare olderThan?: string

  @flags.boolean({ description: 'Only count the guests that have expired' })
  declare dryRun?: boolean

  @flags.number({ description: 'Maximum number of guests per transaction, 1 to 10000' })
  declare batchSize?: number

  @flags.number({ description: 'Delete at most this many guests' })
  declare limit?: number

  @flags.boolean({ description: 'Print the result as one JSON object, and nothing else' })
  declare json?: boolean

  async run() {
    hideQueries(this)
    const stop = new StopSignals()
    const running = Promise.withResolvers<void>()
    // Signal listeners of the application would close the database during a batch
    this.app.terminating(() => running.promise)
    try {
      const clean = () => this.#clean(stop.signal)
      const report = (result: CleanupResult) => this.#report(result, stop.exitCode)
      if (this.json) {
        await reserveStandardOutput(this, clean, report)
      } else {
        report(await clean())
      }
    } catch (error) {
      if (!(error instanceof InvalidArgumentsException)) {
        throw error
      }
      this.exitCode = 1
      this.logger.error(error.message)
    } finally {
      stop.release()
      running.resolve()
    }
  }

  async #clean(signal: AbortSignal): Promise<CleanupResult> {
    const { olderThan, batchSize, limit, dryRun } = this
    await this.#startApplication()
    const guestUsers = await this.app.container.make('guestUser.manager')
    const progress = new CleanupProgress(this.logger, { isTerminal: process.stdout.isTTY, limit })
    try {
      return await guestUsers.cleanup({
        olderThan,
        batchSize,
        limit,
        dryRun,
        signal,
        onBatch: this.json ? undefined : (result) => progress.show(result),
      })
    } finally {
      progress.end()
    }
  }

  /**
   * Ace would start it before `run`, where it could print what it wants
   */
  async #startApplication() {
    if (!this.app.isReady) {
      await this.app.boot()
      await this.app.start(() => {})
    }
  }

  #report(result: CleanupResult, stopped: number | undefined) {
    this.exitCode = stopped ?? (result.blocked > 0 ? GUESTS_ARE_BLOCKED : 0)
    if (this.json) {
      this.logger.log(JSON.stringify({ dryRun: this.dryRun ?? false, ...result }))
      return
    }
    if (this.dryRun) {
      this.#reportDryRun(result)
      return
    }
    this.#reportBlocked(result)
    this.#reportLeft(result)
    this.#summarize(result)
  }

  #reportDryRun({ expired }: CleanupResult) {
    const deletable = this.limit !== undefined && this.limit < expired ? this.limit : expired
    this.logger.info(
      `${formatGuests(expired)} ${expired === 1 ? 'has' : 'have'} expired, ${formatCount(deletable)} would be deleted`
    )
  }

  #reportBlocked({ blocked, blockedBy }: CleanupResult) {
    if (blocked === 0) {
      return
    }
    this.logger.error(
      `${formatGuests(blocked)} cannot be deleted, because other tables point at them. ` +
        'Give these foreign keys ON DELETE CASCADE or ON DELETE SET NULL:'
    )
    for (const { table, constraint, total, userIds } of blockedBy) {
      const name = constraint ? ` (${constraint})` : ''
      const examples = userIds.slice(0, 5).join(', ') + (total > 5 ? ', …' : '')
      this.logger.error(
        `${table ?? 'unknown table'}${name}: ${formatGuests(total)}, user ${examples}`
      )
    }
  }

  #reportLeft({ leftBy }: CleanupResult) {
    for (const { reason, total } of leftBy) {
      this.logger.warning(
        reason === 'locked'
          ? `${formatGuests(total)} left for the next run, because another transaction has locked them`
          : `${formatGuests(total)} left, because "delete()" of the user model keeps the rows`
      )
    }
  }

  #summarize({ expired, deleted, blocked, seconds, aborted }: CleanupResult) {
    if (expired === 0) {
      this.logger.info('No guest has expired')
      return
    }
    const summary = `Deleted ${formatCount(deleted)} of ${formatCount(expired)} expired ${expired === 1 ? 'guest' : 'guests'}; ${formatCount(blocked)} blocked; ${seconds.toFixed(1)} seconds`
    if (aborted) {
      this.logger.warning(`Stopped early. ${summary}`)
    } else {
      this.logger.success(summary)
    }
  }
}

/**
 * @example formatGuests(1) // '1 guest'
 */
function formatGuests(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'guest' : 'guests'}`
}
