import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'

test.group('No guest', () => {
  const requests: { method: string; headers: Record<string, string> }[] = [
    { method: 'HEAD', headers: {} },
    { method: 'OPTIONS', headers: {} },
    { method: 'GET', headers: { 'sec-purpose': 'prefetch;prerender' } },
    { method: 'GET', headers: { purpose: 'prefetch' } },
    { method: 'GET', headers: { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' } },
    { method: 'GET', headers: { 'sec-fetch-dest': 'script', 'sec-fetch-site': 'same-origin' } },
    { method: 'GET', headers: { 'user-agent': '' } },
    { method: 'POST', headers: { 'user-agent': '' } },
    { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' } },
    { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (compatible; bingbot/2.0)' } },
    { method: 'GET', headers: { 'user-agent': 'facebookexternalhit/1.1' } },
    { method: 'GET', headers: { authorization: 'Bearer oat_MQ.c2VjcmV0' } },
    { method: 'POST', headers: { authorization: 'Bearer oat_MQ.c2VjcmV0' } },
  ]

  test('for {title}')
    .with(requests.map((it) => ({ ...it, title: `${it.method} ${JSON.stringify(it.headers)}` })))
    .run(async ({ assert, cleanup }, { method, headers }) => {
      const app = await createCartApp()
      cleanup(() => app.close())

      const response = await new Visitor(app.url).request(method, '/cart', { headers })
      assert.equal(response.status, 200)
      if (method !== 'HEAD') {
        assert.equal(response.json().kind, 'anonymous')
      }
      assert.equal(await app.count('users'), 0)
      assert.equal(await app.count('guests'), 0)
    })

  test('but for {$self} that posts, there is one')
    .with([
      'okhttp/4.12.0',
      'Expo/1017756 CFNetwork/1410.0.3 Darwin/22.6.0',
      'axios/1.7.2',
      'Ktor client',
      'Capacitor/6.0',
      'undici',
      'curl/8.5.0',
    ])
    .run(async ({ assert, cleanup }, userAgent) => {
      const app = await createCartApp()
      cleanup(() => app.close())

      const headers = { 'user-agent': userAgent }
      const visitor = new Visitor(app.url)
      assert.equal((await visitor.post('/cart', {}, headers)).json().kind, 'guest')
      assert.equal((await visitor.get('/cart', headers)).json().kind, 'guest')
    })

  test('when guests are switched off', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { enabled: false } })
    cleanup(() => app.close())
    assert.equal((await new Visitor(app.url).get('/cart')).json().kind, 'anonymous')
    assert.equal(await app.count('users'), 0)
  })

  test('when the application says no', async ({ assert, cleanup }) => {
    const app = await createCartApp({
      guestUser: { allow: async ({ request }) => request.header('x-consent') === 'yes' },
    })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get('/cart')).json().kind, 'anonymous')
    assert.equal((await visitor.get('/cart', { 'x-consent': 'yes' })).json().kind, 'guest')
  })

  test('for crawlers of your own list', async ({ assert, cleanup }) => {
    const app = await createCartApp({
      guestUser: { crawlers: ['uptime(robot)?', /^probe/gi, /^Exact/] },
    })
    cleanup(() => app.close())

    const kind = async (userAgent: string) => {
      const response = await new Visitor(app.url).get('/cart', { 'user-agent': userAgent })
      return response.json().kind
    }
    assert.equal(await kind('Mozilla/5.0 UptimeRobot/2.0'), 'anonymous')
    assert.equal(await kind('Probe 1'), 'anonymous')
    assert.equal(await kind('Probe 1'), 'anonymous')
    assert.equal(await kind('Exact 1'), 'anonymous')
    assert.equal(await kind('exact 1'), 'guest')
    assert.equal(await kind('Googlebot'), 'guest')
  })

  test('for whom your function calls a crawler', async ({ assert, cleanup }) => {
    const app = await createCartApp({
      guestUser: { crawlers: ({ request }) => request.header('x-monitor') !== undefined },
    })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get('/cart', { 'x-monitor': '1' })).json().kind, 'anonymous')
    assert.equal((await visitor.get('/cart')).json().kind, 'guest')
  })

  test('is withheld from crawlers when that is wanted', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { crawlers: false } })
    cleanup(() => app.close())
    const response = await new Visitor(app.url).get('/cart', { 'user-agent': 'Googlebot' })
    assert.equal(response.json().kind, 'guest')
  })

  test('without a CSRF token', async ({ assert, cleanup }) => {
    const app = await createCartApp({ shield: true })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.post('/cart')
    assert.equal(await app.count('users'), 0)
    assert.equal((await visitor.get('/cart')).json().kind, 'guest')
  })
})
