import type { Emitter } from '@adonisjs/core/events'
import type { Logger } from '@adonisjs/core/logger'
import type { EventsList } from '@adonisjs/core/types'

import type { GuestUserEvents } from '../types.ts'

/**
 * Sends the events of the package. A listener that fails costs a line in the
 * log: what the event tells of has happened, and the visitor's page does not
 * depend on it
 */
export class GuestEvents {
  #emitter: Emitter<EventsList>
  #logger: Logger

  constructor(emitter: Emitter<EventsList>, logger: Logger) {
    this.#emitter = emitter
    this.#logger = logger
  }

  /**
   * Resolves when all listeners are done, whatever became of them
   */
  async send<Name extends keyof GuestUserEvents>(
    name: Name,
    data: GuestUserEvents[Name]
  ): Promise<void> {
    try {
      await this.#emitter.emit(name, data as EventsList[Name])
    } catch (error) {
      this.#logger.error({ err: error }, `a listener of "${name}" failed`)
    }
  }
}
