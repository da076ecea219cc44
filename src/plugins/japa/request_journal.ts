import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { GuestEvents } from '../../guests/guest_events.ts'

/**
 * By which a request of a test client is recognized in the application
 */
export const JOURNAL_HEADER = 'x-guest-user-journal'

type Id = string

/**
 * What became of guests in one request
 */
export interface RequestJournal {
  /**
   * Guests whom the request created
   */
  created: Id[]

  /**
   * Guests who became regular users
   */
  converted: Id[]

  /**
   * Guests who became part of an account
   */
  merged: { guest: Id; account: Id }[]
}

interface Happening {
  user: LucidRow
  guest?: LucidRow
  ctx?: HttpContext
}

/**
 * Notes what happens to guests in the requests of test clients. Listens before
 * the emitter does, so that tests may fake the events
 */
export class JournalKeeper {
  #open = new Map<string, RequestJournal>()

  constructor(events: GuestEvents) {
    const send = events.send.bind(events)
    events.send = (name, data) => {
      if ('user' in data) {
        this.#note(name, data as Happening)
      }
      return send(name, data)
    }
  }

  open(key: string): RequestJournal {
    const journal: RequestJournal = { created: [], converted: [], merged: [] }
    this.#open.set(key, journal)
    return journal
  }

  close(key: string) {
    this.#open.delete(key)
  }

  #note(name: string, { user, guest, ctx }: Happening) {
    const id = String(user.$primaryKeyValue)
    for (const journal of this.#concerned(name, ctx)) {
      if (name === 'guest_user:created') {
        journal.created.push(id)
      } else if (name === 'guest_user:converted') {
        journal.converted.push(id)
      } else if (name === 'guest_user:merged') {
        journal.merged.push({ guest: String(guest!.$primaryKeyValue), account: id })
      }
    }
  }

  /**
   * Guests who are created without a request were made by the test itself. What
   * else happens without one (a save that converts) may be of any request that is
   * under way
   */
  #concerned(name: string, ctx: HttpContext | undefined): RequestJournal[] {
    if (ctx) {
      const journal = this.#open.get(ctx.request.header(JOURNAL_HEADER, '')!)
      return journal ? [journal] : []
    }
    return name === 'guest_user:created' ? [] : [...this.#open.values()]
  }
}
