import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { request, type IncomingMessage } from 'node:http'
import { test } from '@japa/runner'
import type { HttpRouterService } from '@adonisjs/core/types'

import { logIn } from '../app/log_in.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'
import { arriveAsOperator, createGuests, Operator, OPERATOR } from '../app/admin_app.ts'
import type { GuestUserManager } from '../../index.ts'

/**
 * An application that says itself where the pages are
 */
async function createApp(
  register: (router: HttpRouterService, guestUsers: GuestUserManager) => void,
  options: TestAppOptions = {}
) {
  const app: TestApp = await createTestApp({
    shield: true,
    ...options,
    guestUser: {
      maxAge: '30 days',
      admin: {
        authorize: ({ auth }) => (auth.user as any)?.email === OPERATOR,
        search: ['email'],
        sendPasswordReset: () => {},
      },
      ...options.guestUser,
    },
    routes(router, _, guestUsers) {
      register(router, guestUsers)
      router.get('/log-in/:id', async (ctx) => {
        await logIn(ctx, await app.User.findOrFail(ctx.params.id))
      })
    },
  })
  return app
}

/**
 * Asks for a site of its own: `fetch` does not let one choose the host
 */
class Tenant extends Operator {
  #url: string
  #host: string

  constructor({ url, cookies }: { url: string; cookies: Operator['cookies'] }, host: string) {
    super(url, cookies)
    this.#url = url
    this.#host = host
  }

  async request(...[method, path, options = {}]: Parameters<Operator['request']>) {
    const sent = request(new URL(path, this.#url), {
      method,
      headers: {
        ...(options.body && { 'content-type': 'application/x-www-form-urlencoded' }),
        cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        accept: 'text/html',
        host: this.#host,
      },
    })
    sent.end(options.body?.toString())
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    this.keepCookies(response.headers['set-cookie'] ?? [])
    const content = await text(response)
    return {
      status: response.statusCode!,
      location: response.headers.location ?? null,
      headers: new Headers(response.headers as Record<string, string>),
      text: content,
      json: () => JSON.parse(content),
    }
  }
}

/**
 * Every page, every link and every form, from the list to the delete
 */
async function walkThrough(app: TestApp, list: string, host?: string) {
  const ids = await createGuests(
    app,
    Array.from({ length: 60 }, () => 40)
  )
  const signedIn = await arriveAsOperator(app)
  const operator = host ? new Tenant({ url: app.url, cookies: signedIn.cookies }, host) : signedIn
  const get = (path: string) => operator.get(path)
  const problems: string[] = []

  const page = await get(list)
  if (page.status !== 200) {
    return [`${list}: ${page.status} ${page.text.slice(0, 200)}`]
  }
  const urls = [...page.text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map(([, url]) =>
    url.replaceAll('&amp;', '&')
  )
  for (const url of [...new Set(urls)].slice(0, 20).concat(urls.slice(-3))) {
    const { status } = await get(url)
    if (status !== 200 || !url.startsWith(list)) {
      problems.push(`${url}: ${status}`)
    }
  }

  const press = async (path: string, action: string, fields: Record<string, string> = {}) => {
    const html = (await get(path)).text
    const token = /name='_csrf' value='([^']+)'/.exec(html)?.[1] ?? ''
    const deletion = /name="deletion" value="([^"]+)"/.exec(html)?.[1] ?? ''
    if (!html.includes(`action="${action}"`)) {
      problems.push(`${path} has no form for ${action}`)
    }
    return operator.post(action, { _csrf: token, deletion, ...fields })
  }
  const converted = await press(`${list}/${ids[0]}`, `${list}/${ids[0]}/convert`, {
    email: 'ann@example.com',
  })
  const deletion = await press(`${list}/delete?guests=${ids[1]}`, `${list}/delete`, {
    command: 'step',
  })
  const progress = await get(deletion.location ?? '')
  const end = await press(deletion.location ?? '', `${list}/delete`)
  if (
    converted.location !== list ||
    end.location !== list ||
    !progress.text.includes('data-deletion')
  ) {
    problems.push(`${converted.location} ${deletion.location} ${end.location}`)
  }
  return problems
}

test.group('Admin pages: where they are', () => {
  const PLACES: { name: string; list: string; host?: string; register: any }[] = [
    {
      name: 'a pattern with a slash too many',
      list: '/staff/guests',
      register: (_: any, guestUsers: GuestUserManager) =>
        guestUsers.registerAdminRoutes('staff/guests/'),
    },
    {
      name: 'a prefix of the group',
      list: '/back/guests',
      register: (_: any, guestUsers: GuestUserManager) =>
        guestUsers.registerAdminRoutes('/guests').prefix('/back'),
    },
    {
      name: 'a group with a language',
      list: '/de/guests',
      register: (router: HttpRouterService, guestUsers: GuestUserManager) =>
        router.group(() => guestUsers.registerAdminRoutes('/guests')).prefix('/:locale'),
    },
    {
      name: 'a tenant in the path, with a name that the package uses as well',
      list: '/tenants/7/guests',
      register: (router: HttpRouterService, guestUsers: GuestUserManager) =>
        router.group(() => guestUsers.registerAdminRoutes('/guests')).prefix('/tenants/:id'),
    },
    {
      name: 'a group with a name',
      list: '/guests',
      register: (_: any, guestUsers: GuestUserManager) =>
        guestUsers.registerAdminRoutes('/guests').as('admin'),
    },
    {
      name: 'a domain',
      list: '/guests',
      host: 'admin.example.com',
      register: (_: any, guestUsers: GuestUserManager) =>
        guestUsers.registerAdminRoutes('/guests').domain('admin.example.com'),
    },
    {
      name: 'a domain for each tenant',
      list: '/guests',
      host: 'seven.example.com',
      register: (_: any, guestUsers: GuestUserManager) =>
        guestUsers.registerAdminRoutes('/guests').domain(':tenant.example.com'),
    },
  ]

  test('every link and form works: {name}')
    .with(PLACES)
    .run(async ({ assert, cleanup }, { list, host, register }) => {
      const app = await createApp(register)
      cleanup(() => app.close())
      assert.deepEqual(await walkThrough(app, list, host), [])
    })
})
