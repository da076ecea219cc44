import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { ANN, becomeGuest, createShop, listOwners } from '../app/shop_app.ts'
import { READONLY, withReadonlySessions } from '../app/readonly_session.ts'
import { createReturningGuest, letTouchBecomeDue, SHORT_LIVED } from '../app/returning_guest.ts'
import type { TestAppOptions } from '../app/test_app.ts'

const JSON_CLIENT = { accept: 'application/json' }
const BOB = { fullName: 'Bob', email: 'bob@example.com', password: 'secret12' }

/**
 * Asks for everything that reads the visitor
 */
const routes: TestAppOptions['routes'] = (router, middleware) => {
  router.get('/read', async (ctx) => {
    const { auth, guestUser } = ctx
    const before = await whoAmI(ctx)
    const kinds = [
      await guestUser.refresh(),
      await guestUser.kind(),
      await guestUser.refresh(),
      await guestUser.kind(),
    ]
    await guestUser.isGuest(auth.user as any)
    await guestUser.previousGuest()
    return { id: before.id, before: before.kind, kinds, after: (await whoAmI(ctx)).id }
  })
  router.get('/cart', whoAmI).use(middleware.allowGuestUser())
  router.get('/plain', ({ response }) => response.noContent())
  router.get('/settings', whoAmI).use(middleware.regularUserRequired())
  router.get('/why', whoAmI).use(middleware.guestUserRequired())
  router.post('/convert', async ({ guestUser }) => void (await guestUser.convert(BOB as any)))
  router.post('/register', async ({ guestUser }) => void (await guestUser.register(BOB as any)))
  router.post('/social', async ({ guestUser }) => {
    await guestUser.socialLogin({ id: 1, email: BOB.email } as any, {
      findAccount: () => null,
      linkAccount: () => {},
    })
  })
}

function createGuest(options: TestAppOptions = {}) {
  return createReturningGuest({ ...withReadonlySessions, ...options, routes })
}

function repeat(kind: string) {
  return [kind, kind, kind, kind]
}

test.group('A readonly session', () => {
  test('reads a guest', async ({ assert, cleanup }) => {
    const { app, visitor } = await createGuest()
    cleanup(() => app.close())

    const answer = (await visitor.get('/read', READONLY)).json()
    assert.deepInclude(answer, { before: 'guest', kinds: repeat('guest'), after: answer.id })
    assert.equal((await visitor.get('/settings', { ...READONLY, ...JSON_CLIENT })).status, 403)
  })

  test('reads nobody, and makes no guest', async ({ assert, cleanup }) => {
    const { app } = await createGuest()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.deepInclude((await visitor.get('/read', READONLY)).json(), {
      before: 'anonymous',
      kinds: repeat('anonymous'),
    })
    assert.equal((await visitor.get('/cart', READONLY)).json().kind, 'anonymous')
    assert.equal(await app.count('users'), 1)
  })

  test('reads a guest who was cleaned up', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createGuest()
    cleanup(() => app.close())

    await (await find())!.delete()
    const answer = (await visitor.get('/read', READONLY)).json()
    assert.deepInclude(answer, { before: 'guest', kinds: repeat('anonymous'), after: null })
  })

  test('does not lead into the account that the guest has become', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createGuest()
    cleanup(() => app.close())

    await app.guestUsers.convert((await find())!.userId, BOB as any)
    assert.deepInclude((await visitor.get('/read', READONLY)).json(), { id: null, after: null })
    assert.deepInclude((await visitor.get('/read')).json(), { id: null, after: null })
  })

  test('turns browsers away without a message', async ({ assert, cleanup }) => {
    const { app, visitor } = await createGuest()
    cleanup(() => app.close())

    assert.equal((await visitor.get('/settings', READONLY)).location, '/signup')
    assert.equal((await new Visitor(app.url).get('/why', READONLY)).location, '/login')
  })

  test('writes the visit down once in a request', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createGuest(SHORT_LIVED)
    cleanup(() => app.close())

    letTouchBecomeDue()
    const queries = await app.queries.during(() => visitor.get('/plain', READONLY))
    assert.lengthOf(
      queries.filter((sql) => /^update .guests./.test(sql)),
      1
    )
    const guest = await find()
    assert.isTrue(guest!.lastSeenAt > guest!.createdAt)
  })

  test('signs nobody in, and nothing is written before that is known: {$self}')
    .with(['/convert', '/register', '/social'])
    .run(async ({ assert, cleanup }, path) => {
      const { app, visitor, find } = await createGuest()
      cleanup(() => app.close())

      for (const someone of [visitor, new Visitor(app.url)]) {
        const { status } = await someone.post(path, {}, { ...READONLY, ...JSON_CLIENT })
        assert.oneOf(status, someone === visitor ? [500] : [401, 500])
      }
      assert.isNotNull(await find())
      assert.equal(await app.count('users'), 1)
      assert.isNull(await app.User.findBy('email', BOB.email))
    })

  test('signs nobody in, and nothing moves: {$self}')
    .with(['/login', '/merge'])
    .run(async ({ assert, cleanup }, path) => {
      const { app } = await createShop(withReadonlySessions)
      cleanup(() => app.close())
      const { visitor, id } = await becomeGuest(app)
      await app.db.table('notes').insert({ user_id: id, body: 'one' })

      const answer = await visitor.post(path, ANN, { ...READONLY, ...JSON_CLIENT })
      assert.equal(answer.status, 500)
      assert.include(answer.text, 'readonly mode')
      assert.deepEqual(await listOwners(app, 'notes'), [id])
      assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    })
})
