import { type DateTime } from 'luxon'
import type { ApplicationService } from '@adonisjs/core/types'

import type { Expiry } from '../src/guests/expiry.ts'
import type { ConfiguredUser } from '../src/types.ts'

interface Visits {
  createdAt: DateTime
  lastSeenAt: DateTime
}

/**
 * Creates guests for tests and seeders. Each state returns a new factory
 *
 * @example
 * const guests = new GuestFactory(app)
 * const user = await guests.create()
 * await guests.expired().createMany(20)
 */
export class GuestFactory {
  #app: ApplicationService
  #visits: (expiry: Expiry) => Visits | undefined

  constructor(
    app: ApplicationService,
    visits: (expiry: Expiry) => Visits | undefined = () => undefined
  ) {
    this.#app = app
    this.#visits = visits
  }

  /**
   * Guests who were created at a given moment, and last seen then or later
   */
  seen(createdAt: DateTime, lastSeenAt: DateTime = createdAt): GuestFactory {
    return new GuestFactory(this.#app, () => ({ createdAt, lastSeenAt }))
  }

  /**
   * Guests that the next cleanup deletes: one minute older than `maxAge`
   */
  expired(): GuestFactory {
    return new GuestFactory(this.#app, (expiry) => {
      const moment = expiry.cutoff().minus({ minutes: 1 })
      return { createdAt: moment, lastSeenAt: moment }
    })
  }

  async create(): Promise<ConfiguredUser> {
    const manager = await this.#app.container.make('guestUser.manager')
    const user = await manager.create()

    const visits = this.#visits(manager.expiry)
    if (visits) {
      const guest = await manager.find(user)
      await guest!.merge(visits).save()
    }
    return user
  }

  async createMany(count: number): Promise<ConfiguredUser[]> {
    const users: ConfiguredUser[] = []
    while (users.length < count) {
      users.push(await this.create())
    }
    return users
  }
}
