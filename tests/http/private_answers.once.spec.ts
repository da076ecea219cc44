import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { logIn } from '../app/log_in.ts'
import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createCartApp } from '../app/cart_app.ts'
import { ANN, becomeGuest, createShop } from '../app/shop_app.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createSocialApp, signInWithGithub } from '../app/social_app.ts'

const BOB = { fullName: 'Bob', email: 'bob@example.com', password: 'secret12' }

function cacheHeaders({ headers }: { headers: Headers }) {
  return [headers.get('cache-control'), headers.get('vary')]
}

const PRIVATE = ['private, no-store', 'Cookie']

/**
 * The headers of the answer to a first visit whose handler does this
 */
async function visit(
  before: (ctx: HttpContext) => void,
  after: (ctx: HttpContext) => void = () => {}
) {
  const app = await createTestApp({
    routes(router, middleware) {
      router
        .get('/cart', (ctx) => {
          after(ctx)
          return whoAmI(ctx)
        })
        .use((ctx, next) => {
          before(ctx)
          return next()
        })
        .use(middleware.allowGuestUser())
    },
  })
  try {
    const answer = await new Visitor(app.url).get('/cart')
    return { status: answer.status, headers: cacheHeaders(answer) }
  } finally {
    await app.close()
  }
}

test.group('An answer that signs somebody in is private', () => {
  test('when it makes a guest; the next ones are as ever', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    assert.deepEqual(cacheHeaders(await visitor.get('/cart')), PRIVATE)
    for (const path of ['/cart', '/about']) {
      assert.deepEqual(cacheHeaders(await visitor.get(path)), [null, null])
    }
    assert.deepEqual(cacheHeaders(await new Visitor(app.url).get('/about')), [null, null])
  })

  test('when a guest converts, signs up, or logs in: {$self}')
    .with(['/convert', '/register', '/login'])
    .run(async ({ assert, cleanup }, path) => {
      const app: TestApp = await createTestApp({
        routes(router, middleware) {
          router.get('/cart', whoAmI).use(middleware.allowGuestUser())
          router.post('/convert', async ({ guestUser }) => {
            await guestUser.convert(BOB as any)
          })
          router.post('/register', async ({ guestUser }) => {
            await guestUser.register(BOB as any)
          })
          router.post('/login', async (ctx) => {
            await logIn(ctx, await app.User.create(BOB))
          })
        },
      })
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)
      await visitor.get('/cart')
      assert.deepEqual(cacheHeaders(await visitor.post(path)), PRIVATE)
      if (path !== '/convert') {
        await app.db.from('users').update({ email: 'free-again@example.com' })
        const stranger = new Visitor(app.url)
        assert.deepEqual(cacheHeaders(await stranger.post(path)), PRIVATE, 'of nobody')
      }
    })

  test('when a guest is merged', async ({ assert, cleanup }) => {
    const { app } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    assert.deepEqual(cacheHeaders(await visitor.post('/merge', ANN)), PRIVATE)
  })

  test('when somebody comes from a provider', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    assert.deepEqual(cacheHeaders(await signInWithGithub(new Visitor(app.url))), PRIVATE)
  })

  test('when the handler fails afterwards', async ({ assert }) => {
    const { status, headers } = await visit(
      () => {},
      () => {
        throw new Error('no')
      }
    )
    assert.equal(status, 500)
    assert.deepEqual(headers, PRIVATE)
  })
})

test.group('What the application says of caches', () => {
  test('goes before, {$self}')
    .with(['before', 'after'])
    .run(async ({ assert }, moment) => {
      const say = ({ response }: HttpContext) => {
        response.header('Cache-Control', 'public, max-age=60')
      }
      const { headers } = await (moment === 'before' ? visit(say) : visit(() => {}, say))
      assert.deepEqual(headers, ['public, max-age=60', 'Cookie'])
    })

  test('a default for all pages does not undo it', async ({ assert }) => {
    const { headers } = await visit(
      () => {},
      ({ response }) => void response.safeHeader('cache-control', 'public')
    )
    assert.deepEqual(headers, PRIVATE)
  })

  test('{moment}, Vary keeps {said} and gets the cookie: {expected}')
    .with(
      ['before', 'after'].flatMap((moment) => [
        { moment, way: 'vary', said: 'Accept', expected: /^(Accept, Cookie|Cookie, Accept)$/ },
        { moment, way: 'header', said: 'X-Inertia', expected: /^X-Inertia, Cookie$/ },
        { moment, way: 'header', said: 'Accept, cookie', expected: /^Accept, cookie$/ },
        { moment, way: 'header', said: 'X-Cookie', expected: /^X-Cookie, Cookie$/ },
        { moment, way: 'header', said: '*', expected: /^\*$/ },
        { moment, way: 'vary', said: '*', expected: /^\*$/ },
      ])
    )
    .run(async ({ assert }, { moment, way, said, expected }) => {
      const say = ({ response }: HttpContext) => {
        if (way === 'vary') {
          response.vary(said)
        } else {
          response.header('Vary', said)
        }
      }
      const { headers } = await (moment === 'before' ? visit(say) : visit(() => {}, say))
      assert.equal(headers[0], 'private, no-store')
      assert.match(headers[1]!, expected)
    })
})
