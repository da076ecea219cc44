import { test } from '@japa/runner'
import type { InferSharedProps } from '@adonisjs/inertia/types'

import { Visitor } from '../app/visitor.ts'
import { logIn } from '../app/log_in.ts'
import type { TestApp } from '../app/test_app.ts'
import { createInertiaApp, render } from '../inertia/server/inertia_app.ts'
import type InertiaMiddleware from '../inertia/server/inertia_middleware.ts'

/**
 * The props of a page that Inertia visits
 */
async function readProps(visitor: Visitor, path: string) {
  const { status, json } = await visitor.get(path, {
    'accept': 'text/html, application/xhtml+xml',
    'x-inertia': 'true',
    'x-inertia-version': '1',
  })
  return { status, ...json().props }
}

test.group('The shared prop', (group) => {
  let app: TestApp

  group.setup(async () => {
    app = await createInertiaApp('not built', {
      routes(router) {
        router.get('/log-in', async (ctx) => {
          const user = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
          await logIn(ctx, user)
          return render(ctx, 'text')
        })
        router.get('/crash', () => {
          throw new Error('crashed')
        })
      },
    })
    return () => app.close()
  })

  test('tells who is here', async ({ assert }) => {
    const visitor = new Visitor(app.url)
    const anonymous = await readProps(visitor, '/')
    assert.deepEqual(anonymous.visitor, { kind: 'anonymous', isGuest: false })

    // The page on which they become a guest as well
    const guest = await readProps(visitor, '/cart')
    assert.deepEqual(guest.visitor, { kind: 'guest', isGuest: true })
    assert.deepEqual((await readProps(visitor, '/')).visitor, { kind: 'guest', isGuest: true })

    const regular = new Visitor(app.url)
    await readProps(regular, '/log-in')
    assert.deepEqual((await readProps(regular, '/')).visitor, { kind: 'regular', isGuest: false })
  })

  test('is there on error pages', async ({ assert }) => {
    const visitor = new Visitor(app.url)
    await readProps(visitor, '/cart')

    const missing = await readProps(visitor, '/nowhere')
    assert.equal(missing.status, 404)
    assert.deepEqual(missing.visitor, { kind: 'anonymous', isGuest: false })

    const crashed = await readProps(visitor, '/crash')
    assert.equal(crashed.status, 500)
    assert.deepEqual(crashed.visitor, { kind: 'guest', isGuest: true })
  })

  test('is typed', ({ expectTypeOf }) => {
    expectTypeOf<InferSharedProps<InertiaMiddleware>['visitor']>().toEqualTypeOf<{
      kind: 'anonymous' | 'guest' | 'regular'
      isGuest: boolean
    }>()
  })
})
