import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/plain', ({ response }) => response.noContent())
      router.get('/why', ({ response }) => response.noContent()).use(middleware.guestUserRequired())
      router.get('/forget', ({ session }) => session.forget('guest_user'))
    },
    ...options,
  })

  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  return { app, visitor, find: () => app.guestUsers.find(id) }
}

/**
 * With a `maxAge` of 100 seconds, visits are written down after one
 */
const SHORT_LIVED = { guestUser: { maxAge: 100 } }
const untilTouchIsDue = () => new Promise((resolve) => setTimeout(resolve, 1100))

test.group('last_seen_at', () => {
  test('equals created_at until the guest comes back', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createApp()
    cleanup(() => app.close())

    await visitor.get('/cart')
    const guest = await find()
    assert.isTrue(guest!.lastSeenAt.equals(guest!.createdAt))
  })

  test('is written when a guest comes back, on {$self}')
    .with(['/cart', '/plain', '/why'])
    .run(async ({ assert, cleanup }, path) => {
      const { app, visitor, find } = await createApp(SHORT_LIVED)
      cleanup(() => app.close())

      await untilTouchIsDue()
      const queries = await app.queries.during(() => visitor.get(path))
      assert.lengthOf(queries, 2)
      assert.match(queries[1], /^update .guests. set/)

      const guest = await find()
      assert.isTrue(guest!.lastSeenAt > guest!.createdAt)

      const next = await app.queries.during(() => visitor.get(path))
      assert.lengthOf(next, 1)
    })

  test('is written on pages that authenticate nobody', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createApp({ ...SHORT_LIVED, silentAuth: false })
    cleanup(() => app.close())

    await untilTouchIsDue()
    const queries = await app.queries.during(() => visitor.get('/plain'))
    assert.lengthOf(queries, 1)
    assert.match(queries[0], /^update .guests. set/)
    const guest = await find()
    assert.isTrue(guest!.lastSeenAt > guest!.createdAt)
  })

  test('is not written on every request', async ({ assert, cleanup }) => {
    const { app, visitor } = await createApp()
    cleanup(() => app.close())

    const queries = await app.queries.during(async () => {
      for (let visit = 0; visit < 10; visit++) {
        await visitor.get('/plain')
      }
    })
    assert.lengthOf(
      queries.filter((sql) => /guests/.test(sql)),
      0
    )
  })

  test('takes the visit key away', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())

    const user = await app.guestUsers.create({ visitKey: 'a'.repeat(64) })
    assert.equal((await app.guestUsers.find(user))!.visitKey, 'a'.repeat(64))
    assert.isTrue(await app.guestUsers.touch(user))
    assert.isNull((await app.guestUsers.find(user))!.visitKey)
  })

  test('tells that a user is no guest any more', async ({ assert, cleanup }) => {
    const { app, find } = await createApp()
    cleanup(() => app.close())

    const guest = await find()
    await guest!.delete()
    assert.isFalse(await app.guestUsers.touch(guest!.userId))
  })

  test('a page is served when the visit cannot be written down', async ({ assert, cleanup }) => {
    const { app, visitor } = await createApp()
    cleanup(() => app.close())

    await visitor.get('/forget')
    await app.db.connection().schema.dropTable('guests')
    const forgetful = new Visitor(app.url, visitor.cookies)
    assert.equal((await forgetful.get('/plain')).status, 204)
  })
})

test.group('What the session remembers', () => {
  test('a guest who became a regular user elsewhere is asked about again', async ({
    assert,
    cleanup,
  }) => {
    const { app, visitor, find } = await createApp()
    cleanup(() => app.close())

    await (await find())!.delete()
    assert.equal((await visitor.get('/cart')).json().kind, 'guest')

    await visitor.get('/forget')
    assert.equal((await visitor.get('/cart')).json().kind, 'regular')
  })

  test('"regular" is final', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createApp()
    cleanup(() => app.close())

    await (await find())!.delete()
    await visitor.get('/forget')
    await visitor.get('/cart')
    const queries = await app.queries.during(() => visitor.get('/cart'))
    assert.lengthOf(
      queries.filter((sql) => /guests/.test(sql)),
      0
    )
  })

  test('a guest who is cleaned up during the request is not let in', async ({
    assert,
    cleanup,
  }) => {
    const app: TestApp = await createTestApp({
      ...SHORT_LIVED,
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router
          .get('/settings', whoAmI)
          .use(async ({ auth }, next) => {
            // Authenticated already, and gone now
            await app.User.query()
              .where('id', (auth.user as any).id)
              .delete()
            return next()
          })
          .use(middleware.regularUserRequired())
      },
    })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    await untilTouchIsDue()
    const json = { accept: 'application/json' }
    assert.equal((await visitor.get('/settings', json)).status, 403)

    // Once the session has forgotten that this is a guest for sure
    const forgetful = new Visitor(app.url)
    await forgetful.get('/cart')
    const now = Date.now
    cleanup(() => void (Date.now = now))
    Date.now = () => now() + 120_000
    assert.equal((await forgetful.get('/settings', json)).status, 401)
  })

  test('a guest who was cleaned up is anonymous, and becomes another guest', async ({
    assert,
    cleanup,
  }) => {
    const { app, visitor, find } = await createApp()
    cleanup(() => app.close())

    const before = (await find())!.userId
    await app.expireGuests()
    await app.guestUsers.cleanup()
    const after = (await visitor.get('/cart')).json()
    assert.equal(after.kind, 'guest')
    assert.notEqual(after.id, before)
  })
})
