import { test } from '@japa/runner'
import type { Assert } from '@japa/assert'

import { Visitor } from '../app/visitor.ts'
import { logIn } from '../app/log_in.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { dialect } from '../app/test_database.ts'
import { createCartApp } from '../app/cart_app.ts'
import { createSessionsTable } from '../app/convert_app.ts'

async function visitTwice(app: TestApp, assert: Assert) {
  const visitor = new Visitor(app.url)
  const first = await visitor.get('/cart')
  assert.equal(first.json().kind, 'guest')
  assert.deepEqual((await visitor.get('/cart')).json(), first.json())
  assert.equal(await app.count('guests'), 1)
}

test.group('First visit', () => {
  test('makes one user and one guest, signed in for the handler', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const response = await new Visitor(app.url).get('/cart')
    assert.equal(response.status, 200)
    assert.deepInclude(response.json(), {
      isAuthenticated: true,
      kind: 'guest',
      isGuest: true,
      sure: response.json().id,
    })
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('guests'), 1)
  })

  test('is followed by visits of the same guest', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const first = await visitor.get('/cart')
    for (const path of ['/cart', '/about']) {
      assert.deepEqual((await visitor.get(path)).json(), first.json())
    }
    assert.equal(await app.count('users'), 1)
  })

  test('of two visitors makes two guests', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const first = await new Visitor(app.url).get('/cart')
    const second = await new Visitor(app.url).get('/cart')
    assert.notEqual(first.json().id, second.json().id)
    assert.equal(await app.count('guests'), 2)
  })

  test('rotates the session id', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/about')
    const before = visitor.cookies.get('adonis-session')
    await visitor.get('/cart')
    assert.isDefined(before)
    assert.notEqual(visitor.cookies.get('adonis-session'), before)
  })

  test('costs its inserts, the next ones cost what signing in costs', async ({
    assert,
    cleanup,
  }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await new Visitor(app.url).get('/cart')

    const first = await app.queries.during(() => visitor.get('/cart'))
    if (dialect === 'postgres') {
      assert.lengthOf(first, 1)
      assert.match(first[0], /^with .+\(insert into .users. .+\(insert into .guests. /)
    } else {
      assert.lengthOf(first, 2)
      first.forEach((sql) => assert.match(sql, /^insert/))
    }

    const second = await app.queries.during(() => visitor.get('/cart'))
    assert.lengthOf(second, 1)
    assert.match(second[0], /from .users. where .id. =/)
  })

  test('on a route that does not allow guests makes none', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const response = await new Visitor(app.url).get('/about')
    assert.deepInclude(response.json(), { id: null, isAuthenticated: false, kind: 'anonymous' })
    assert.equal(await app.count('users'), 0)
  })

  test('by POST makes a guest too', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const response = await new Visitor(app.url).post('/cart', { body: 'milk' })
    assert.equal(response.json().kind, 'guest')
  })

  test('leaves a regular user alone', async ({ assert, cleanup }) => {
    const app: TestApp = await createTestApp({
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.get('/login', async (ctx) => {
          await logIn(
            ctx,
            await app.User.create({ email: 'ann@example.com', password: 'secret12' })
          )
        })
      },
    })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/login')
    assert.deepInclude((await visitor.get('/cart')).json(), { kind: 'regular', isGuest: false })
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('guests'), 0)
  })

  test('works without silent authentication', async ({ assert, cleanup }) => {
    const app = await createCartApp({ silentAuth: false })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const first = await visitor.get('/cart')
    assert.isTrue(first.json().isAuthenticated)
    assert.deepEqual((await visitor.get('/cart')).json(), first.json())
    assert.equal(await app.count('users'), 1)
  })

  test('signs in through the guard of the configuration', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { guard: 'members' as never } })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const first = await visitor.get('/cart')
    assert.deepInclude(first.json(), { isAuthenticated: true, kind: 'guest' })
    assert.deepEqual((await visitor.get('/cart')).json(), first.json())
    assert.equal(await app.count('users'), 1)
  })

  test('signs in through a session guard where the default guard is of another kind', async ({
    assert,
    cleanup,
  }) => {
    const app = await createCartApp({ defaultGuard: 'basic', silentAuth: false })
    cleanup(() => app.close())

    assert.equal(app.guestUsers.config.guard, 'web')
    const visitor = new Visitor(app.url)
    const first = await visitor.get('/cart')
    assert.deepInclude(first.json(), { isAuthenticated: true, kind: 'guest' })
    assert.deepEqual((await visitor.get('/cart')).json(), first.json())
    assert.equal(await app.count('users'), 1)
  })

  test('with the session in the database', async ({ assert, cleanup }) => {
    const app = await createCartApp({ sessionStore: 'database' })
    cleanup(() => app.close())
    await createSessionsTable(app)

    await visitTwice(app, assert)
  })

  test('with the session in Redis', async ({ assert, cleanup }) => {
    const app = await createCartApp({ sessionStore: 'redis' })
    cleanup(() => app.close())
    await visitTwice(app, assert)
  }).tags(['@redis'])

  test('tells listeners, with the request', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:created', (event) => void events.push(event))

    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    await visitor.get('/cart')

    assert.lengthOf(events, 1)
    assert.equal(events[0].user.id, id)
    assert.equal(events[0].guest.userId, id)
    assert.equal(events[0].ctx.request.url(), '/cart')
  })
})
