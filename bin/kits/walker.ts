import { isDeepStrictEqual, inspect } from 'node:util'
import type { Browser } from 'playwright'

import type { Journey } from './kit.ts'
import type { RunningKit } from './running_kit.ts'

/**
 * A check of a journey that did not hold: the rest of the journey makes no sense
 */
class CheckFailed extends Error {}

/**
 * Takes the journeys through a running kit, and counts what was checked
 */
export class Walker {
  passed = 0
  readonly failures: string[] = []
  #names = 0

  constructor(
    readonly app: RunningKit,
    readonly browser: Browser
  ) {}

  get database() {
    return this.app.database
  }

  /**
   * A journey that fails leaves the others alone
   */
  async take(name: string, journey: Journey) {
    try {
      await journey(this)
      console.log(`  ✓ ${name}`)
    } catch (error) {
      const reason = error instanceof CheckFailed ? error.message : inspect(error)
      this.failures.push(`${name}: ${reason}`)
      console.log(`  ✗ ${name}: ${reason}`)
    }
  }

  /**
   * @throws when it is something else
   */
  check(what: string, actual: unknown, expected: unknown) {
    if (!isDeepStrictEqual(actual, expected)) {
      throw new CheckFailed(`${what} is ${inspect(actual)}, not ${inspect(expected)}`)
    }
    this.passed++
  }

  /**
   * The one guest that an action makes
   *
   * @returns the id
   */
  async guestOf(action: () => Promise<unknown>): Promise<number> {
    const before = this.database.guests()
    await action()
    const made = this.database.guests().filter((id) => !before.includes(id))
    this.check('number of guests made', made.length, 1)
    return made[0]
  }

  /**
   * Somebody new
   */
  person() {
    const name = `Person ${++this.#names}`
    return { fullName: name, email: `person${this.#names}@example.com`, password: PASSWORD }
  }
}

export const PASSWORD = 'a long secret'

export type Person = ReturnType<Walker['person']>
