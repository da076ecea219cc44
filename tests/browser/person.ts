import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright'

import { Visitor } from '../app/visitor.ts'
import type { Playground } from './playground.ts'

export const PASSWORD = 'a long secret'
export const PHONE = { width: 390, height: 844 }

/**
 * What is missing is missed soon, not when the test has run out of time
 */
const PATIENCE = 10_000

/**
 * Somebody with a browser of their own, on a page of the playground. What the
 * browser complains about is kept, and so are pages without a strict policy
 */
export class Person {
  readonly complaints: string[] = []

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') {
        this.complaints.push(message.text())
      }
    })
    page.on('response', (response) => {
      if (response.ok() && response.request().resourceType() === 'document') {
        this.#checkPolicy(response)
      }
    })
  }

  /**
   * A headless Chromium says so in its User-Agent, and is taken for a crawler
   * then
   */
  static async arrive(
    browser: Browser,
    playground: Playground,
    options: BrowserContextOptions = {}
  ): Promise<Person> {
    const { userAgent } = Visitor
    const context = await browser.newContext({ baseURL: playground.url, userAgent, ...options })
    context.setDefaultTimeout(PATIENCE)
    return new Person(context, await context.newPage())
  }

  async leave() {
    await this.context.close()
  }

  /**
   * @returns the path they end up on, and the query string with it
   */
  async open(path: string): Promise<string> {
    await this.page.goto(path)
    return this.where
  }

  get where(): string {
    const { pathname, search } = new URL(this.page.url())
    return pathname + search
  }

  kind() {
    return this.page.locator('.badge').getAttribute('data-visitor')
  }

  notes() {
    return this.page.locator('.notes .body').allTextContents()
  }

  flash() {
    return this.page.locator('.flash').allTextContents()
  }

  async rows() {
    const count = async (table: string) => {
      return Number(await this.page.locator(`[data-count="${table}"]`).textContent())
    }
    return { users: await count('users'), guests: await count('guests') }
  }

  /**
   * How many pixels the page is too wide
   */
  overflow() {
    return this.page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    )
  }

  async fill(values: Record<string, string>) {
    for (const [field, value] of Object.entries(values)) {
      await this.page.fill(`#${field}`, value)
    }
  }

  async click(selector: string) {
    await this.#loadAfter(() => this.page.click(selector))
  }

  async press(key: string) {
    await this.#loadAfter(() => this.page.keyboard.press(key))
  }

  async submit(values: Record<string, string>) {
    await this.fill(values)
    await this.click('main form:not(.about form) button[type=submit]')
  }

  async writeNote(body: string) {
    await this.open('/notes')
    await this.submit({ body })
  }

  async signUp(email: string, fullName = 'Ada') {
    await this.open('/signup')
    await this.submit({ fullName, email, password: PASSWORD })
  }

  async logOut() {
    await this.click('.visitor button')
  }

  /**
   * Tab goes on until the element has the focus: what cannot be reached is no
   * good without a mouse
   */
  async tabTo(selector: string) {
    for (let presses = 0; presses < 20; presses++) {
      await this.page.keyboard.press('Tab')
      if (await this.page.locator(`${selector}:focus-visible`).count()) {
        return
      }
    }
    throw new Error(`Tab does not reach ${selector}`)
  }

  /**
   * The page after the redirect, not the one that is being left
   */
  async #loadAfter(action: () => Promise<void>) {
    await Promise.all([this.page.waitForEvent('load'), action()])
  }

  #checkPolicy(response: Response) {
    const policy = response.headers()['content-security-policy'] ?? ''
    if (!policy.includes("default-src 'self'") || policy.includes('unsafe-inline')) {
      this.complaints.push(`${response.url()} has no strict policy: ${policy}`)
    }
  }
}
