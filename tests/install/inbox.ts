import { setTimeout } from 'node:timers/promises'

import type { FreshApp } from './fresh_app.ts'

const PATIENCE = 10_000

export interface Mail {
  to: string
  subject: string
  text: string
}

/**
 * The mails that the application has written into its log
 */
export class Inbox {
  #app: FreshApp
  #address: string
  #read = 0

  constructor(app: FreshApp, address: string) {
    this.#app = app
    this.#address = address
  }

  /**
   * The next mail that was not read yet. Waits for it: the log may arrive after
   * the response
   */
  async next(): Promise<Mail> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await setTimeout(20)) {
      const mail = this.all()[this.#read]
      if (mail) {
        this.#read += 1
        return mail
      }
    }
    throw new Error(`No mail for ${this.#address} in:\n${this.#app.log}`)
  }

  /**
   * The path of the link in the next mail
   */
  async nextLink(): Promise<string> {
    const { text } = await this.next()
    const link = /^http\S+$/m.exec(text)
    if (!link) {
      throw new Error(`No link in:\n${text}`)
    }
    return link[0].slice(this.#app.url.length)
  }

  all(): Mail[] {
    return this.#app.log
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line).mail as Mail | undefined)
      .filter((mail) => mail?.to === this.#address) as Mail[]
  }
}
