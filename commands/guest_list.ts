import { DateTime } from 'luxon'
import { BaseCommand, flags } from '@adonisjs/core/ace'

import { parseAge } from '../src/age.ts'
import { findName } from '../src/admin/guest_card.ts'
import { hideQueries } from '../src/console/hide_queries.ts'
import { startApplication } from '../src/console/start_application.ts'
import { reserveStandardOutput } from '../src/console/standard_output.ts'
import type { GuestFilter } from '../src/types.ts'
import type { GuestUserManager } from '../src/guest_user_manager.ts'
import type { GuestPage, ListedGuest } from '../src/inventory/guest_list.ts'

/**
 * Guests read at a time: their users are found by their keys, and databases
 * limit how many of them a query may have
 */
const PAGE_SIZE = 500

const DEFAULT_LIMIT = 20

interface Row {
  userId: string | number
  name: string | null
  createdAt: string
  lastSeenAt: string
  expiresAt: string
  isExpired: boolean
}

interface List {
  rows: Row[]
  isMore: boolean
}

/**
 * Lists guests, the last seen first
 */
export default class GuestList extends BaseCommand {
  static commandName = 'guest:list'
  static description = 'List guests, the last seen first'
  static help = [
    'Lists the guests who were seen last, and when they expire.',
    'With "expireBy: \'createdAt\'", the newest ones come first, and ages count from there.',
    'Nothing is written. Times are in ISO 8601 with --json.',
    '```',
    'node ace guest:list --older-than=30d --limit=100',
    'node ace guest:list --user=42 --user=43 --json',
    '```',
  ]
  @flags.string({ description: 'Only guests older than this, for example 30d or "2 hours"' })
  declare olderThan?: string

  @flags.array({ description: 'Only the guest with this user id. Repeat it for several' })
  declare user?: string[]

  @flags.number({ description: `List at most this many guests. Defaults to ${DEFAULT_LIMIT}` })
  declare limit?: number

  @flags.boolean({ description: 'Print one JSON object, and nothing else' })
  declare json?: boolean

  async run() {
    const problem = this.#findProblem()
    if (problem) {
      this.exitCode = 1
      this.logger.error(problem)
      return
    }
    hideQueries(this)
    if (this.json) {
      await reserveStandardOutput(
        this,
        () => this.#read(),
        (list) => this.#printJson(list)
      )
    } else {
      this.#print(await this.#read())
    }
  }

  get #limit(): number {
    return this.limit ?? DEFAULT_LIMIT
  }

  #findProblem(): string | undefined {
    if (this.olderThan !== undefined && parseAge(this.olderThan) === null) {
      return `"--older-than" must be a duration with its unit, such as 30d, 2h or "45 minutes", not "${this.olderThan}"`
    }
    if (!Number.isInteger(this.#limit) || this.#limit < 1) {
      return `"--limit" must be a whole number of at least 1, not ${this.limit}`
    }
    return undefined
  }

  async #read(): Promise<List> {
    await startApplication(this.app)
    const guestUsers = await this.app.container.make('guestUser.manager')
    const inventory = await guestUsers.engine.loadInventory()
    const order = { by: guestUsers.expiry.property, direction: 'desc' } as const
    const filter = await this.#filter(guestUsers)

    const rows: Row[] = []
    let page: GuestPage | undefined
    do {
      const size = Math.min(PAGE_SIZE, this.#limit - rows.length)
      page = await inventory.page({ filter, order, size, after: page?.next })
      rows.push(...page.guests.map((listed) => describe(listed, guestUsers)))
    } while (page.next && rows.length < this.#limit)
    return { rows, isMore: page.next !== undefined }
  }

  async #filter(guestUsers: GuestUserManager): Promise<GuestFilter> {
    const inventory = await guestUsers.engine.loadInventory()
    const keys = this.user && (await Promise.all(this.user.map((id) => inventory.parseKey(id))))
    const age = this.olderThan === undefined ? undefined : parseAge(this.olderThan)!
    return {
      userIds: keys?.filter((key) => key !== null),
      before: age === undefined ? undefined : DateTime.now().minus(age),
    }
  }

  #printJson({ rows, isMore }: List) {
    this.logger.log(JSON.stringify({ guests: rows, isMore }))
  }

  #print({ rows, isMore }: List) {
    if (rows.length === 0) {
      this.logger.info('No guests')
      return
    }
    const table = this.ui.table().head(['User', 'Name', 'Created', 'Last seen', 'Expires'])
    for (const { userId, name, createdAt, lastSeenAt, expiresAt, isExpired } of rows) {
      const expires = isExpired ? this.colors.dim('expired') : formatTime(expiresAt)
      table.row([
        String(userId),
        name ?? '',
        formatTime(createdAt),
        formatTime(lastSeenAt),
        expires,
      ])
    }
    table.render()
    if (isMore) {
      this.logger.info(`There are more than ${rows.length}. See others with "--limit"`)
    }
  }
}

function describe({ guest, user }: ListedGuest, { config, expiry }: GuestUserManager): Row {
  const name = user && (config.admin.label?.(user) ?? findName(user))
  return {
    userId: guest.userId,
    name: typeof name === 'string' ? name : null,
    createdAt: guest.createdAt.toUTC().toISO()!,
    lastSeenAt: guest.lastSeenAt.toUTC().toISO()!,
    expiresAt: expiry.expiresAt(guest).toUTC().toISO()!,
    isExpired: expiry.isExpired(guest),
  }
}

function formatTime(time: string): string {
  return DateTime.fromISO(time).toFormat('yyyy-MM-dd HH:mm')
}
