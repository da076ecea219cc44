import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { ANN, becomeGuest, createConvertApp } from '../app/convert_app.ts'

test.group('Where it leads afterwards', () => {
  test('never to another site: {url}')
    .with(
      [
        '//evil.example/x',
        '/\\evil.example',
        '\\\\evil.example',
        'https://evil.example',
        'javascript:alert(1)',
        '/\t/evil.example',
        '/%0d%0aLocation:%20https://evil.example',
        '///evil.example',
        'http:evil.example',
        '/ok\r\nSet-Cookie: a=b',
      ].map((url) => ({ url }))
    )
    .run(async ({ assert, cleanup }, { url }) => {
      const app = await createConvertApp({
        shield: false,
        routes(router) {
          router.post('/plant', ({ session, request }) => {
            session.setIntendedUrl(request.input('url'))
          })
        },
      })
      cleanup(() => app.close())
      const { visitor } = await becomeGuest(app)
      await visitor.post('/plant', { url })
      const next = encodeURIComponent(url)
      const answer = await visitor.post(`/convert?next=${next}`, { ...ANN, next: url })

      assert.equal(answer.status, 302)
      const target = new URL(answer.location!, app.url)
      assert.equal(target.origin, app.url)
      assert.deepInclude((await visitor.get('/about')).json(), { kind: 'regular' })
    })

  test('a path that browsers take for another site is not kept', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const { request } = await import('node:http')
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(app.url)
      const headers = { cookie, 'user-agent': Visitor.userAgent, 'accept': 'text/html' }
      request({ hostname, port, path: '//evil.example/x', headers }, (response) => {
        assert.equal(response.statusCode, 302)
        visitor.keepCookies(response.headers['set-cookie'] ?? [])
        response.resume().on('end', resolve)
      }).end()
    })
    assert.equal((await visitor.post('/convert', ANN)).location, '/convert/success')
  })
})
