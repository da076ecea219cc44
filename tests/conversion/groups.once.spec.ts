import { request } from 'node:http'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

type Routes = NonNullable<TestAppOptions['routes']>

/**
 * A site with its conversion page and a page for regular users
 */
function site(...[router, middleware, guestUsers]: Parameters<Routes>) {
  guestUsers.registerConvertRoutes('/convert')
  router.get('/cart', whoAmI).as('cart').use(middleware.allowGuestUser())
  router
    .get('/settings', () => 'settings')
    .as('settings')
    .use(middleware.regularUserRequired())
}

async function findConvertPath(app: TestApp, prefix = '') {
  const visitor = new Visitor(app.url)
  await visitor.get(`${prefix}/cart`)
  const { location } = await visitor.get(`${prefix}/settings`)
  return { visitor, location }
}

test.group('The conversion page in groups of routes', () => {
  test('with a name', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      shield: true,
      routes(...parts) {
        parts[0]
          .group(() => site(...parts))
          .prefix('/shop')
          .as('site')
      },
    })
    cleanup(() => app.close())

    const { visitor, location } = await findConvertPath(app, '/shop')
    assert.equal(location, '/shop/convert')
    const { text } = await visitor.get('/shop/convert')
    const [, token] = /name='_csrf' value='([^']+)'/.exec(text)!
    const answer = await visitor.post('/shop/convert', {
      fullName: 'Ann',
      email: 'ann@example.com',
      password: 'secret12',
      passwordConfirmation: 'secret12',
      _csrf: token,
    })
    // Back to where the guest was sent away, and from there on to no other place
    assert.equal(answer.location, '/shop/settings')
    assert.match((await visitor.get('/shop/convert/success')).text, /href="\/"/)
  })

  test('that both have one: each its own', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(...parts) {
        for (const language of ['de', 'en']) {
          parts[0]
            .group(() => site(...parts))
            .prefix(`/${language}`)
            .as(language)
        }
      },
    })
    cleanup(() => app.close())
    assert.equal((await findConvertPath(app, '/en')).location, '/en/convert')
    assert.equal((await findConvertPath(app, '/de')).location, '/de/convert')
  })

  test('of a domain: each its own, and none of another', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(...parts) {
        const [router, middleware] = parts
        router
          .group(() => site(...parts))
          .prefix('/a')
          .domain('a.localhost')
        router
          .group(() => site(...parts))
          .prefix('/b')
          .domain(':tenant.localhost')
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
      },
    })
    cleanup(() => app.close())

    const find = async (host: string, prefix: string) => {
      const { cookies } = await ask(app, host, `${prefix}/cart`)
      return (await ask(app, host, `${prefix}/settings`, cookies)).location
    }
    assert.equal(await find('a.localhost', '/a'), '/a/convert')
    assert.equal(await find('shop.localhost', '/b'), '/b/convert')
    assert.equal(await find('127.0.0.1', ''), '/signup')
  })
})

/**
 * A request to one of the hosts of the site
 */
async function ask(app: TestApp, host: string, path: string, cookies: string[] = []) {
  const { hostname, port } = new URL(app.url)
  const headers = {
    host,
    'user-agent': Visitor.userAgent,
    'accept': 'text/html',
    'cookie': cookies.join('; '),
  }
  return new Promise<{ location?: string; cookies: string[] }>((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      response.resume().on('end', () =>
        resolve({
          location: response.headers.location,
          cookies: (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]),
        })
      )
    })
      .on('error', reject)
      .end()
  })
}
