import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

import debug from '../debug.ts'
import { isRefusal, type Holders } from './holders.ts'
import { isContention, retryTransient } from '../database/database_error.ts'
import { DeleteIgnored } from './removal.ts'
import { runPolitely } from './polite_transaction.ts'
import type { Bookmark } from './expired_guests.ts'
import type { GuestTables, UserId } from '../database/guest_tables.ts'

/**
 * Removes the oldest guests as long as nothing is in the way, without asking
 * first who they are
 */
export class Sweep {
  #client: QueryClientContract
  #tables: GuestTables
  #cutoff: string
  #holders: Holders
  #bookmark?: Bookmark

  constructor(client: QueryClientContract, tables: GuestTables, cutoff: string, holders: Holders) {
    this.#client = client
    this.#tables = tables
    this.#cutoff = cutoff
    this.#holders = holders
  }

  /**
   * Removes the next guests in one transaction
   *
   * @returns nobody when that is over: the rest wants a closer look
   */
  async next(size: number): Promise<UserId[]> {
    try {
      const removed = await retryTransient(() => this.#remove(size))
      this.#bookmark = removed.at(-1) ?? this.#bookmark
      return removed.map(({ userId }) => userId)
    } catch (error) {
      await this.#giveUp(error)
      return []
    }
  }

  #remove(size: number): Promise<Bookmark[]> {
    return runPolitely(this.#client, (trx) =>
      removeOldest(trx, this.#tables, this.#cutoff, size, this.#bookmark)
    )
  }

  async #giveUp(error: unknown): Promise<void> {
    if (isRefusal(error)) {
      await this.#holders.prepare()
    } else if (!isContention(error) && !(error instanceof DeleteIgnored)) {
      throw error
    }
    debug('the oldest guests cannot be deleted together: %s', error)
  }
}

/**
 * Like `removeInOneStatement`, but the guests are found by the statement itself:
 * rows that others hold are skipped, and as many others taken instead
 */
const POSTGRES = `
  with claimed as materialized (
    select :userId: as id, :moment: as moment from :guests:
    where :moment: < :cutoff and :moment: >= :behind
      and (:moment: > :behind or :userId: > :behindId)
    order by :moment:, :userId:
    limit :size
    for update skip locked
  ), gone as (
    delete from :users: where :id: = any(array(select id from claimed)) returning 1
  )
  select id as "userId", cast(moment as text) as moment,
    (select cast(count(*) as int) from gone) as total
  from claimed`

/**
 * Removes the oldest guests behind the bookmark whom nobody holds, and their
 * users
 *
 * @returns whom it removed, the oldest first
 * @throws DeleteIgnored when a trigger kept some of them
 */
export async function removeOldest(
  trx: TransactionClientContract,
  tables: GuestTables,
  cutoff: string,
  size: number,
  bookmark: Bookmark | undefined
): Promise<Bookmark[]> {
  const { rows }: { rows: (Bookmark & { total: number })[] } = await trx.rawQuery(POSTGRES, {
    ...tables,
    cutoff,
    behind: bookmark?.moment ?? '-infinity',
    behindId: bookmark?.userId ?? (null as never),
    size,
  })
  if (rows.length > 0 && rows[0].total < rows.length) {
    throw new DeleteIgnored()
  }
  return rows
}
