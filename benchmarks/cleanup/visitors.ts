import { setTimeout as sleep } from 'node:timers/promises'

import { Visitor } from '../../tests/app/visitor.ts'

const VISITORS = 50

/**
 * Guests who keep using the site
 */
export class Visitors {
  #visitors: Visitor[]

  private constructor(visitors: Visitor[]) {
    this.#visitors = visitors
  }

  static async arrive(url: string): Promise<Visitors> {
    const visitors = Array.from({ length: VISITORS }, () => new Visitor(url))
    for (const visitor of visitors) {
      await visitor.get('/enter')
    }
    return new Visitors(visitors)
  }

  /**
   * Sends requests at a constant rate for a time. Latency counts from when a
   * request was due, so a stalled site delays all requests due meanwhile
   *
   * @param isOver ends the window early when it returns true
   * @returns latencies in milliseconds
   */
  async load(
    { rate, seconds }: { rate: number; seconds: number },
    isOver = () => false
  ): Promise<number[]> {
    const latencies: number[] = []
    const answers: Promise<void>[] = []
    const startedAt = performance.now()

    for (let index = 0; index < rate * seconds && !isOver(); index++) {
      const due = startedAt + (index * 1000) / rate
      await sleep(Math.max(0, due - performance.now()))
      const visitor = this.#visitors[index % this.#visitors.length]
      answers.push(
        request(visitor).then(() => {
          latencies.push(performance.now() - due)
        })
      )
    }
    await Promise.all(answers)
    return latencies
  }
}

async function request(visitor: Visitor) {
  const { status, text } = await visitor.post('/notes')
  if (status !== 200) {
    throw new Error(`The site answered ${status}: ${text}`)
  }
}
