import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

/**
 * A shop whose guests belong to the guard `web`, with an area of its own for the
 * guard `members`, which has the same users
 */
async function createApp(options: TestAppOptions = {}) {
  const members = ({ auth }: HttpContext): any => auth.use('members' as never)
  const app = await createTestApp({
    ...options,
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/members/login', async (ctx) => {
        const { email, password, bring } = ctx.request.all()
        const user = await app.User.verifyCredentials(email, password)
        if (bring) {
          await ctx.guestUser.mergeInto(user)
        }
        await members(ctx).login(user)
        return whoAmI(ctx)
      })
      router
        .group(() => {
          router.get('/', whoAmI)
          router.get('/settings', whoAmI).use(middleware.regularUserRequired())
          router.get('/refreshed', async ({ guestUser }) => ({ kind: await guestUser.refresh() }))
        })
        .prefix('/members')
        .use(async ({ auth }, next) => {
          await auth.authenticateUsing(['members' as never])
          return next()
        })
      router.post('/signup', async (ctx) => {
        await ctx.guestUser.convert({ email: 'bob@example.com', password: 'secret34' } as any)
        return whoAmI(ctx)
      })
    },
  })
  const ann: any = await app.User.create(ANN)
  return { app, ann }
}

async function becomeGuest(app: Awaited<ReturnType<typeof createApp>>['app']) {
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  await app.db.table('notes').insert({ user_id: id, body: 'in the cart' })
  return { visitor, id }
}

test.group('A second guard with the same users', () => {
  test('signs in without taking anything from the guest', async ({ assert, cleanup }) => {
    const { app, ann } = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    await visitor.post('/members/login', ANN)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    assert.equal((await app.db.from('notes').firstOrFail()).user_id, id)
    assert.isNotNull(await app.guestUsers.find(id))
    assert.deepInclude((await visitor.get('/members')).json(), { id: ann.id, kind: 'regular' })
  })

  test('has its own users in its own area, whoever the guest is', async ({ assert, cleanup }) => {
    const { app, ann } = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await visitor.post('/members/login', ANN)

    const settings = await visitor.get('/members/settings')
    assert.equal(settings.status, 200, settings.location ?? '')
    assert.deepInclude(settings.json(), { id: ann.id, isGuest: false })
    assert.deepInclude((await visitor.get('/about')).json(), { id, isGuest: true })
  })

  test('does not make the session forget that it is a guest’s', async ({ assert, cleanup }) => {
    const { app } = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await visitor.post('/members/login', ANN)
    assert.equal((await visitor.get('/members/refreshed')).json().kind, 'regular')
    const old = visitor.clone()

    assert.deepInclude((await visitor.post('/signup')).json(), { id, kind: 'regular' })
    assert.isNull((await old.get('/about')).json().id)
  })

  test('merges when asked to', async ({ assert, cleanup }) => {
    const { app, ann } = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await visitor.post('/members/login', { ...ANN, bring: 'yes' })
    assert.equal((await app.db.from('notes').firstOrFail()).user_id, ann.id)
    assert.isNull(await app.User.find(id))
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    assert.deepInclude((await visitor.get('/members')).json(), { id: ann.id, kind: 'regular' })
  })
})
