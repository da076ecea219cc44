import { test } from '@japa/runner'

import { DbRememberMeTokensProvider } from '@adonisjs/auth/session'
import {
  DbAccessTokensProvider,
  tokensGuard,
  tokensUserProvider,
} from '@adonisjs/auth/access_tokens'

import { createTokenTables } from '../app/tables.ts'
import { Visitor } from '../app/visitor.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }
const STORES = ['cookie', 'database', 'redis'] as const

/**
 * Pages that look at the visitor in each of the ways that applications have
 */
const PAGES = ['/user', '/checked', '/kind', '/settings', '/cart']

async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    async prepare({ db }) {
      await db.connection().schema.createTable('sessions', (table) => {
        table.string('id').primary()
        table.text('data').notNullable()
        table.string('user_id').nullable()
        table.timestamp('expires_at').notNullable()
      })
    },
    ...options,
    routes(router, middleware) {
      router.get('/user', ({ auth }) => ({ id: (auth.user as any)?.id ?? null }))
      router.get('/checked', async ({ auth }) => {
        await auth.check()
        return { id: (auth.user as any)?.id ?? null }
      })
      router.get('/kind', async ({ guestUser }) => {
        const user: any = await guestUser.user()
        return { id: user?.id ?? null, kind: await guestUser.kind() }
      })
      router
        .get('/settings', ({ auth }) => ({ id: (auth.user as any).id }))
        .use(middleware.regularUserRequired())
      router
        .get('/cart', ({ auth }) => ({ id: (auth.user as any).id }))
        .use(middleware.allowGuestUser())
      router.get('/forget_hash', async ({ session }) => {
        const { authHash, ...remembered } = session.get('guest_user')
        session.put('guest_user', remembered)
      })
      router.get('/before', async ({ session }) => session.put('visited', true))
      router.post('/convert', async ({ guestUser }) => void (await guestUser.convert(ANN as any)))
      router.post('/convert_later', async ({ auth, guestUser }) => {
        await guestUser.check()
        await app.guestUsers.convert(auth.user as any, ANN as any)
      })
      router.post('/convert_without_password', async ({ guestUser }) => {
        await guestUser.convert({ fullName: 'Ann', email: 'ann@example.com' } as any)
      })
    },
  })
  return app
}

/**
 * Who the pages say is here: an id, or null
 */
async function idsOn(visitor: Visitor, pages = PAGES) {
  const ids = []
  for (const page of pages) {
    const response = await visitor.clone().get(page, { accept: 'application/json' })
    ids.push(response.status === 200 ? response.json().id : null)
  }
  return ids
}

async function becomeGuest(app: Awaited<ReturnType<typeof createApp>>) {
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  return { visitor, id }
}

/**
 * A guest may always become another guest; what matters is the account
 */
function isOutside(ids: unknown[], id: number): boolean {
  return ids.every((one) => one !== id)
}

for (const sessionStore of STORES) {
  const options = { sessionStore }
  test.group(`A guest's other sessions end, in the ${sessionStore} store`, (group) => {
    if (sessionStore === 'redis') {
      group.tap((one) => one.tags(['@redis']))
    }

    test('the cookie from before the conversion', async ({ assert, cleanup }) => {
      const app = await createApp(options)
      cleanup(() => app.close())
      const { visitor, id } = await becomeGuest(app)
      const old = visitor.clone()

      await visitor.post('/convert')
      assert.deepEqual(await idsOn(visitor), [id, id, id, id, id])
      assert.isTrue(isOutside(await idsOn(old), id))
      assert.isTrue(isOutside(await idsOn(old), id), 'and stays outside')
    })

    test('the second of two parallel first sessions', async ({ assert, cleanup }) => {
      const app = await createApp(options)
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)
      await visitor.get('/before')
      const other = visitor.clone()
      const answers = await Promise.all([visitor.get('/cart'), other.get('/cart')])
      const [id, same] = answers.map((answer) => answer.json().id)
      assert.equal(id, same)
      assert.deepEqual(await idsOn(other, ['/user']), [id])

      await visitor.post('/convert')
      assert.isTrue(isOutside(await idsOn(other), id))
      assert.deepEqual(await idsOn(visitor), [id, id, id, id, id])
    })

    test('a session that somebody planted in the browser', async ({ assert, cleanup }) => {
      const app = await createApp(options)
      cleanup(() => app.close())
      const { visitor: eve, id } = await becomeGuest(app)
      const victim = new Visitor(app.url, new Map(eve.cookies))

      await victim.post('/convert')
      assert.isTrue(isOutside(await idsOn(eve), id))
      assert.deepEqual(await idsOn(victim), [id, id, id, id, id])
    })

    test('a tab of the same browser goes on', async ({ assert, cleanup }) => {
      const app = await createApp(options)
      cleanup(() => app.close())
      const { visitor, id } = await becomeGuest(app)
      await visitor.post('/convert')
      const tab = new Visitor(app.url, visitor.cookies)
      assert.deepEqual(await idsOn(tab), [id, id, id, id, id])
    })
  })
}

test.group('A guest’s other sessions', () => {
  test('end where no middleware authenticates anybody before', async ({ assert, cleanup }) => {
    const app = await createApp({ silentAuth: false })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()
    await visitor.post('/convert')
    assert.isTrue(isOutside(await idsOn(old), id))
    assert.deepEqual(await idsOn(visitor, ['/checked', '/kind']), [id, id])
  })

  test('end when the conversion sets no password', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()
    await visitor.post('/convert_without_password')
    assert.isTrue(isOutside(await idsOn(old), id))
    assert.deepEqual(await idsOn(visitor), [id, id, id, id, id])
  })

  test('end when somebody else converts the guest', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.guestUsers.convert(id, ANN as any)
    assert.isTrue(isOutside(await idsOn(visitor), id))
  })

  test('end, but for the one whose request calls the service', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()
    await visitor.post('/convert_later')
    assert.deepEqual(await idsOn(visitor), [id, id, id, id, id])
    assert.isTrue(isOutside(await idsOn(old), id))
  })

  test('end for a model without a password column', async ({ assert, cleanup }) => {
    const app = await createApp({
      guestUser: {
        passwordColumn: null,
        attributes: ({ username }: { username: string }) => ({
          email: `${username}@guest.invalid`,
          password: username,
        }),
      },
    })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const old = visitor.clone()
    assert.deepEqual(await idsOn(old, ['/user', '/checked', '/kind', '/cart']), [id, id, id, id])
    await visitor.post('/convert')
    assert.isTrue(isOutside(await idsOn(old), id))
    assert.deepEqual(await idsOn(visitor), [id, id, id, id, id])
  })

  test('that began before sessions knew the password end as well', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await visitor.get('/forget_hash')
    const old = visitor.clone()
    assert.deepEqual(await idsOn(old, ['/user', '/kind']), [id, id])
    await visitor.post('/convert')
    assert.isTrue(isOutside(await idsOn(old), id))
  })

  test('cost no query, neither for guests nor for regular users', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const asGuest = await app.queries.during(() => visitor.get('/user'))
    assert.lengthOf(asGuest, 1, asGuest.join('\n'))

    await visitor.post('/convert')
    const asRegular = await app.queries.during(() => visitor.get('/user'))
    assert.lengthOf(asRegular, 1, asRegular.join('\n'))
  })
})

test.group('A guest’s tokens', () => {
  async function createTokenApp() {
    let User: any
    const app = await createTestApp({
      guards: {
        api: tokensGuard({
          provider: tokensUserProvider({
            tokens: 'accessTokens',
            model: async () => ({ default: User }),
          }),
        }) as never,
      },
      async prepare({ db, ...models }) {
        User = models.User
        User.accessTokens = DbAccessTokensProvider.forModel(User)
        User.rememberMeTokens = DbRememberMeTokensProvider.forModel(User)
        await createTokenTables(db)
      },
      routes(router) {
        router.post('/convert', async ({ auth, guestUser }) => {
          await auth.authenticateUsing(['api'] as never)
          await guestUser.convert(ANN as any)
        })
      },
    })
    return { app, User }
  }

  test('are revoked, but for the one in use', async ({ assert, cleanup }) => {
    const { app, User } = await createTokenApp()
    cleanup(() => app.close())
    const user: any = await app.guestUsers.create()
    const other: any = await app.guestUsers.create()
    const used = await User.accessTokens.create(user)
    await User.accessTokens.create(user)
    await User.accessTokens.create(other)
    await User.rememberMeTokens.create(user, '1 day')

    const authorization = `Bearer ${used.value.release()}`
    const response = await new Visitor(app.url).post('/convert', {}, { authorization })
    assert.equal(response.status, 200)
    assert.deepEqual(
      (await User.accessTokens.all(user)).map(({ identifier }: any) => Number(identifier)),
      [Number(used.identifier)]
    )
    assert.lengthOf(await User.accessTokens.all(other), 1)
    assert.equal(await app.count('remember_me_tokens'), 0)
  })

  test('are revoked by a conversion elsewhere', async ({ assert, cleanup }) => {
    const { app, User } = await createTokenApp()
    cleanup(() => app.close())
    const user: any = await app.guestUsers.create()
    await User.accessTokens.create(user)
    await app.guestUsers.convert(user.id, ANN as any)
    assert.equal(await app.count('auth_access_tokens'), 0)
  })
})
