import type { BrowserContext, BrowserContextOptions, Page } from 'playwright'

import type { Walker } from './walker.ts'
import { Visitor } from '../../tests/app/visitor.ts'

/**
 * What is missing is missed soon
 */
const PATIENCE = 15_000

/**
 * Somebody with a browser of their own, on a page of a kit: rendered by Edge,
 * React or Vue, the forms have the same fields
 */
export class BrowserVisitor {
  readonly complaints: string[] = []

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  /**
   * A headless Chromium says so in its User-Agent, and would be taken for a crawler
   */
  static async arrive(
    { app, browser }: Walker,
    options: BrowserContextOptions = {}
  ): Promise<BrowserVisitor> {
    const { userAgent } = Visitor
    const context = await browser.newContext({ baseURL: app.url, userAgent, ...options })
    context.setDefaultTimeout(PATIENCE)
    return new BrowserVisitor(context, await context.newPage())
  }

  /**
   * @returns the status of the page
   */
  async open(path: string): Promise<number> {
    const response = await this.page.goto(path)
    return response!.status()
  }

  get path(): string {
    return new URL(this.page.url()).pathname
  }

  /**
   * What the header offers
   */
  async header(): Promise<string> {
    const text = await this.page.locator('header nav').innerText()
    return text.replaceAll(/\s+/g, ' ').trim()
  }

  async follow(link: string, path: string) {
    await this.page.getByRole('link', { name: link, exact: true }).click()
    await this.page.waitForURL((url) => url.pathname === path)
  }

  /**
   * Fills in the form of the page, and waits for the page after it
   */
  async submit(values: Record<string, string>) {
    const { path } = this
    for (const [name, value] of Object.entries(values)) {
      await this.page.fill(`main [name=${name}]`, value)
    }
    await this.page.click('main form button[type=submit]')
    await this.page.waitForURL((url) => url.pathname !== path)
  }

  async leave() {
    await this.context.close()
  }
}
