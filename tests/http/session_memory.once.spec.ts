import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createReturningGuest, SHORT_LIVED, letTouchBecomeDue } from '../app/returning_guest.ts'

test.group('What the session remembers', () => {
  test('a guest who became a regular user elsewhere is asked about again', async ({
    assert,
    cleanup,
  }) => {
    const { app, visitor, find } = await createReturningGuest()
    cleanup(() => app.close())

    await (await find())!.delete()
    assert.equal((await visitor.get('/cart')).json().kind, 'guest')

    await visitor.get('/forget')
    assert.equal((await visitor.get('/cart')).json().kind, 'regular')
  })

  test('"regular" is final', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createReturningGuest()
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
    letTouchBecomeDue()
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
    const { app, visitor, find } = await createReturningGuest()
    cleanup(() => app.close())

    const before = (await find())!.userId
    await app.expireGuests()
    await app.guestUsers.cleanup()
    const after = (await visitor.get('/cart')).json()
    assert.equal(after.kind, 'guest')
    assert.notEqual(after.id, before)
  })

  test('refresh() asks once, and nothing asks afterwards', async ({ assert, cleanup }) => {
    const app: TestApp = await createTestApp({
      routes(router, middleware) {
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
        router.get('/refresh', async (ctx) => {
          const { auth, guestUser } = ctx
          const before = await guestUser.kind()
          if (ctx.request.input('converted')) {
            await app.guestUsers.convert(auth.user as any, { email: 'ann@example.com' } as any)
          } else if (ctx.request.input('gone')) {
            await app.db.from('guests').delete()
          }
          app.queries.statements = []
          const kinds = [
            await guestUser.refresh(),
            await guestUser.kind(),
            (await guestUser.check()) ? 'guest' : 'regular',
            (await guestUser.isGuest(auth.user as any)) ? 'guest' : 'regular',
          ]
          return { before, kinds, user: auth.user ? 'somebody' : 'nobody' }
        })
      },
    })
    cleanup(() => app.close())
    const onGuests = () => app.queries.statements.filter((sql) => /guests/.test(sql))

    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    assert.deepEqual((await visitor.get('/refresh')).json(), {
      before: 'guest',
      kinds: ['guest', 'guest', 'guest', 'guest'],
      user: 'somebody',
    })
    assert.lengthOf(onGuests(), 1)

    // What the request has answered before is forgotten
    const another = new Visitor(app.url)
    await another.get('/cart')
    assert.deepEqual((await another.get('/refresh?converted=1')).json(), {
      before: 'guest',
      kinds: ['regular', 'regular', 'regular', 'regular'],
      user: 'somebody',
    })
    assert.lengthOf(onGuests(), 1)

    assert.deepEqual((await visitor.get('/refresh?gone=1')).json(), {
      before: 'guest',
      kinds: ['anonymous', 'anonymous', 'regular', 'regular'],
      user: 'nobody',
    })
    assert.lengthOf(onGuests(), 1)
  })
})
