import { DateTime } from 'luxon'

import { logIn } from './log_in.ts'
import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { FIRST_ID, insertGuests } from './guest_rows.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test_app.ts'

export const OPERATOR = 'operator@example.com'
const DAY = 24 * 3600 * 1000

/**
 * An application with the admin pages, whose operators are identified by their
 * email address
 */
export async function createAdminApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    shield: true,
    ...options,
    guestUser: {
      maxAge: '30 days',
      ...options.guestUser,
      admin: {
        authorize: ({ auth }) => (auth.user as any)?.email === OPERATOR,
        search: ['email', 'fullName'],
        ...options.guestUser?.admin,
      },
    },
    routes(router, middleware, guestUsers) {
      guestUsers.registerAdminRoutes('/admin/guests')
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/who', whoAmI)
      router.get('/log-in/:id', async (ctx) => {
        await logIn(ctx, await app.User.findOrFail(ctx.params.id))
        return 'signed in'
      })
      options.routes?.(router, middleware, guestUsers)
    },
  })
  return app
}

/**
 * An operator with a browser of their own
 */
export async function arriveAsOperator(app: TestApp): Promise<Operator> {
  const email = OPERATOR
  const user =
    (await app.User.findBy('email', email)) ??
    (await app.User.create({ email, password: 'secret12' }))
  const visitor = new Operator(app.url)
  await visitor.get(`/log-in/${user.id}`)
  return visitor
}

/**
 * Waits for the numbers of the chart, however busy the machine is. Pages do so for a moment
 * only
 */
export async function countGuestsPerDay(app: TestApp) {
  const { history } = await app.guestUsers.engine.loadInventory()
  return history.read(60_000)
}

export class Operator extends Visitor {
  /**
   * Submits a form of this page, with its hidden fields
   *
   * @param action the path of the form, without its query string
   */
  async press(page: string, action: string, fields: Record<string, string> = {}) {
    const { text } = await this.get(page)
    return this.send(text, action, fields)
  }

  /**
   * Opens a page, and follows a redirect
   */
  async follow(path: string) {
    const answer = await this.get(path)
    return answer.location ? this.get(answer.location) : answer
  }

  send(html: string, action: string, fields: Record<string, string> = {}) {
    return this.post(action, { ...readHidden(html, action), ...fields })
  }
}

/**
 * The hidden inputs of a form
 */
function readHidden(html: string, action: string): Record<string, string> {
  const form = new RegExp(`<form[^>]*action="${action}"[^>]*method="post"[^]*?</form>`).exec(html)
  if (!form) {
    throw new Error(`There is no form for ${action}`)
  }
  const inputs = form[0].matchAll(
    /<input type=(?:"hidden"|'hidden') name=["'](\w+)["'] value=["']([^"']*)["']/g
  )
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value]))
}

/**
 * Creates guests last seen the given numbers of days ago, each with a note
 *
 * @returns their ids, in the same order
 */
export async function createGuests(app: TestApp, ages: number[]): Promise<number[]> {
  const now = DateTime.now()
  await insertGuests(
    app,
    ages.map((days) => {
      const moment = now.minus({ milliseconds: days * DAY })
      return { createdAt: moment, lastSeenAt: moment }
    })
  )
  return ages.map((_, index) => FIRST_ID + index)
}

/**
 * What an operator submits after selecting every box of the first page
 */
export async function selectFirstPage(app: TestApp, guests: number) {
  for (let count = 0; count < guests; count++) {
    await app.guestUsers.create()
  }
  await app.expireGuests()
  const operator = await arriveAsOperator(app)
  const { text } = await operator.get('/admin/guests')
  const selection = new URLSearchParams({ older_than: '30 days' })
  for (const [, key] of text.matchAll(/name="guests" value="([^"]+)"/g)) {
    selection.append('guests', key)
  }
  return { operator, selection }
}
