import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

/**
 * Pages of an application that knows nothing of guests: a profile form, a link
 * from a mail that sets a password, and support staff who edit a user
 */
async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    ...options,
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.get('/settings', whoAmI).use(middleware.regularUserRequired())
      router.post('/profile', async (ctx) => {
        const user: any = ctx.auth.user
        const before = await ctx.guestUser.kind()
        await user.merge(ctx.request.only(['fullName', 'email', 'password'])).save()
        return { before, ...(await whoAmI(ctx)) }
      })
      router
        .post('/first', async (ctx) => {
          await (ctx.auth.user as any).merge(ANN).save()
          return whoAmI(ctx)
        })
        .use(middleware.allowGuestUser())
      router.post('/profile_in_transaction', async (ctx) => {
        const user: any = ctx.auth.user
        await app.db.transaction(async (trx) => {
          await user.useTransaction(trx).merge(ANN).save()
          if (ctx.request.input('fail')) {
            throw new Error('changed their mind')
          }
        })
        return whoAmI(ctx)
      })
      router.post('/users/:id', async (ctx: HttpContext) => {
        const user: any = await app.User.findOrFail(ctx.params.id)
        const before = await ctx.guestUser.isGuest(user)
        await user.merge(ANN).save()
        return { before, after: await ctx.guestUser.isGuest(user) }
      })
    },
  })
  return app
}

async function becomeGuest(app: Awaited<ReturnType<typeof createApp>>) {
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  return { visitor, id }
}

test.group('A profile form that gives a guest a password', () => {
  test('makes them a regular user, at once', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const session = visitor.cookies.get('adonis-session')

    const answer = (await visitor.post('/profile', ANN)).json()
    assert.equal(answer.before, 'guest')
    assert.deepInclude(answer, { id, name: 'Ann', kind: 'regular', isGuest: false })
    assert.notEqual(visitor.cookies.get('adonis-session'), session, 'the session id is rotated')
    assert.equal((await visitor.get('/settings')).json().id, id)

    await app.expireGuests()
    await app.guestUsers.cleanup()
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'regular' })
    assert.equal((await app.User.verifyCredentials(ANN.email, ANN.password)).id, id)
  })

  test('ends the other sessions of the guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()
    await visitor.post('/profile', ANN)
    assert.equal((await visitor.get('/about')).json().id, id)
    assert.isNull((await old.get('/about')).json().id)
  })

  test('and fails, leaves the guest as they were', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.User.create(ANN)
    const { visitor, id } = await becomeGuest(app)
    assert.equal((await visitor.post('/profile', ANN)).status, 500)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('in the request that made the guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id, kind } = (await visitor.post('/first')).json()
    assert.equal(kind, 'regular')
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'regular' })
  })

  test('in a transaction of the application', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()

    assert.equal((await visitor.post('/profile_in_transaction', { fail: 'yes' })).status, 500)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })

    const answer = (await visitor.post('/profile_in_transaction')).json()
    assert.deepInclude(answer, { id, kind: 'regular' })
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'regular' })
    assert.isNull((await old.get('/about')).json().id)
  })

  test('but only a name leaves them a guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const answer = (await visitor.post('/profile', { fullName: 'Ann' })).json()
    assert.deepInclude(answer, { id, name: 'Ann', kind: 'guest' })
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })
})

test.group('A password that somebody else gives a guest', () => {
  test('from another browser: the guest’s own session ends', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    const answer = (await new Visitor(app.url).post(`/users/${id}`)).json()
    assert.deepEqual(answer, { before: true, after: false })
    assert.isNull((await visitor.get('/about')).json().id)
    assert.equal((await app.User.verifyCredentials(ANN.email, ANN.password)).id, id)
  })

  test('by a regular user: their session is untouched', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const support = await becomeGuest(app)
    await support.visitor.post('/profile', { ...ANN, email: 'support@example.com' })
    const { visitor, id } = await becomeGuest(app)

    const answer = (await support.visitor.post(`/users/${id}`)).json()
    assert.deepEqual(answer, { before: true, after: false })
    const here = (await support.visitor.get('/about')).json()
    assert.deepInclude(here, { id: support.id, kind: 'regular' })
    assert.isNull((await visitor.get('/about')).json().id)
  })

  test('in a command or a job', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const user: any = await app.User.findOrFail(id)
    await user.merge(ANN).save()
    assert.isNull((await visitor.get('/about')).json().id)
    assert.isNull(await app.guestUsers.find(id))
  })
})
