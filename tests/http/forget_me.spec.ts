import { test } from '@japa/runner'

import { logIn } from '../app/log_in.ts'
import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const JSON_CLIENT = { accept: 'application/json' }

async function createApp(
  cleanup: (callback: () => Promise<void>) => void,
  options: TestAppOptions = {}
) {
  const app: TestApp = await createTestApp({
    routes(router, middleware) {
      router
        .get('/cart', async (ctx) => {
          ctx.session.put('basket', ['a bicycle'])
          return whoAmI(ctx)
        })
        .use(middleware.allowGuestUser())
      router.get('/who', async (ctx) => ({
        ...(await whoAmI(ctx)),
        basket: ctx.session.get('basket') ?? null,
      }))
      router.get('/login', async (ctx) =>
        logIn(ctx, await app.User.create({ email: 'ann@example.com', password: 'secret12' }))
      )
      router.post('/forget-me', async (ctx) => {
        await ctx.guestUser.delete()
        return whoAmI(ctx)
      })
    },
    ...options,
  })
  cleanup(() => app.close())
  const visitor = new Visitor(app.url)
  return { app, visitor, guest: (await visitor.get('/cart')).json() }
}

test.group('guestUser.delete()', () => {
  test('deletes the guest with everything, and forgets the session', async ({
    assert,
    cleanup,
  }) => {
    const { app, visitor, guest } = await createApp(cleanup)
    await app.db.table('notes').insert({ user_id: guest.id, body: 'a secret' })
    const heard: unknown[] = []
    app.emitter.on('guest_user:deleted', ({ userIds }) => void heard.push(...userIds.map(Number)))
    const [thief] = [visitor.clone()]

    const answer = (await visitor.post('/forget-me')).json()
    assert.deepInclude(answer, { id: null, kind: 'anonymous', isAuthenticated: false })
    for (const table of ['users', 'guests', 'notes']) {
      assert.equal(await app.count(table), 0, table)
    }
    assert.deepEqual(heard, [guest.id])
    assert.deepInclude((await visitor.get('/who')).json(), { kind: 'anonymous', basket: null })
    assert.equal((await thief.get('/who')).json().kind, 'anonymous')

    const again = (await visitor.get('/cart')).json()
    assert.equal(again.kind, 'guest')
  })

  test('rotates the session id', async ({ assert, cleanup }) => {
    const { visitor } = await createApp(cleanup, { sessionStore: 'memory' })
    const before = visitor.cookies.get('adonis-session')
    await visitor.post('/forget-me')
    assert.notEqual(visitor.cookies.get('adonis-session'), before)
  })

  test('leaves the deletion to a model that keeps the row', async ({ assert, cleanup }) => {
    const { app, visitor } = await createApp(cleanup)
    const deleted: unknown[] = []
    app.User.prototype.delete = async function () {
      deleted.push(this.$primaryKeyValue)
    }
    assert.equal((await visitor.post('/forget-me')).json().kind, 'anonymous')
    assert.lengthOf(deleted, 1)
    assert.equal(await app.count('users'), 1)
    assert.equal((await visitor.get('/who')).json().kind, 'anonymous')
  })

  test('changes nothing when a foreign key forbids it', async ({ assert, cleanup }) => {
    const { app, visitor, guest } = await createApp(cleanup)
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    await app.db.table('orders').insert({ user_id: guest.id })

    const { status, text } = await visitor.post('/forget-me', {}, JSON_CLIENT)
    assert.equal(status, 500)
    assert.include(text, 'Cannot delete the guest. Rows of the table \\"orders\\" point at them')
    assert.deepInclude((await visitor.get('/who')).json(), { kind: 'guest', basket: ['a bicycle'] })
  })

  test('refuses regular users and anonymous visitors', async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup)
    const ann = new Visitor(app.url)
    assert.equal((await ann.post('/forget-me', {}, JSON_CLIENT)).status, 401)

    await ann.get('/login')
    assert.equal((await ann.post('/forget-me', {}, JSON_CLIENT)).status, 409)
    assert.equal((await ann.get('/who')).json().kind, 'regular')
    assert.equal(await app.count('users'), 2)
  })

  test('a guest is converted or deleted, never both', async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup)
    for (let round = 0; round < 10; round += 1) {
      const guest = await app.guestUsers.create()
      const email = `ann${round}@example.com`
      const [converted, deleted] = await Promise.allSettled([
        app.guestUsers.convert(guest, { email, password: 'secret12' }),
        app.guestUsers.delete(guest),
      ])
      assert.notEqual(converted.status, deleted.status)
      const loser = (converted.status === 'rejected' ? converted : deleted) as PromiseRejectedResult
      assert.include(['E_NOT_A_GUEST', 'E_GUEST_NOT_DELETED'], loser.reason.code)
      const user = await app.User.findBy('email', email)
      assert.equal(user !== null, converted.status === 'fulfilled')
    }
  })
})
