import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

/**
 * Without the table, questions fail
 */
async function withoutGuests(app: TestApp, work: () => Promise<unknown>) {
  await app.db.rawQuery('alter table guests rename to elsewhere')
  await work()
  await app.db.rawQuery('alter table elsewhere rename to guests')
}

async function createApp(
  routes: (app: () => TestApp) => TestAppOptions['routes'],
  options: TestAppOptions = {}
) {
  const app: TestApp = await createTestApp({
    ...options,
    routes(router, middleware, guestUsers) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      routes(() => app)?.(router, middleware, guestUsers)
    },
  })
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  return { app, visitor, id }
}

/**
 * @returns whether it failed
 */
async function fails(work: () => Promise<unknown>): Promise<boolean> {
  return work().then(
    () => false,
    () => true
  )
}

test.group('A failure is no answer for good', () => {
  test('who a user is, in one request', async ({ assert, cleanup }) => {
    const { app, visitor, id } = await createApp((shared) => (router) => {
      router.get('/other', async ({ guestUser }) => {
        const user: any = await shared().User.findOrFail(id)
        let failed
        await withoutGuests(shared(), async () => {
          failed = await fails(() => guestUser.isGuest(user))
        })
        return { failed, isGuest: await guestUser.isGuest(user) }
      })
    })
    cleanup(() => app.close())

    const expected = { failed: true, isGuest: true }
    assert.deepEqual((await new Visitor(app.url).get('/other')).json(), expected)
    assert.equal((await visitor.get('/cart')).status, 200)
  })

  test('who the visitor is, in one request', async ({ assert, cleanup }) => {
    const { app, visitor } = await createApp((shared) => (router) => {
      router.get('/me', async ({ guestUser, session }) => {
        session.forget('guest_user')
        let failed
        await withoutGuests(shared(), async () => {
          failed = await fails(() => guestUser.kind())
        })
        return { failed, kind: await guestUser.kind() }
      })
    })
    cleanup(() => app.close())
    assert.deepEqual((await visitor.get('/me')).json(), { failed: true, kind: 'guest' })
  })

  test('whether a session has ended, in one request', async ({ assert, cleanup }) => {
    const { app, visitor } = await createApp(
      (shared) => (router) => {
        router.get('/verify', async ({ auth, guestUser, session }) => {
          const { authHash, ...remembered } = session.get('guest_user')
          session.put('guest_user', remembered)
          const guard: any = auth.use('web' as never)
          let failed
          await withoutGuests(shared(), async () => {
            failed = await fails(() => guard.authenticate())
          })
          await guard.authenticate()
          return { failed, kind: await guestUser.kind() }
        })
      },
      { silentAuth: false }
    )
    cleanup(() => app.close())
    assert.deepEqual((await visitor.get('/verify')).json(), { failed: true, kind: 'guest' })
  })
})
