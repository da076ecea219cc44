import { test } from '@japa/runner'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { ApiClient, createTokenApp } from '../app/token_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }
const BOB = { fullName: 'Bob', email: 'bob@example.com', password: 'secret34' }

/**
 * Controllers that create tokens as those of the starter kit for APIs do, which know
 * nothing of guests
 */
async function createApp(options: TestAppOptions & { silentAuth?: boolean } = {}) {
  const app = await createTokenApp({
    ...options,
    routes(router, middleware) {
      const createToken = async (user: LucidRow) => {
        const token = await app.User.accessTokens.create(user)
        return { id: user.$primaryKeyValue, token: token.value!.release() }
      }
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.post('/login', async ({ request }) => {
        const { email, password } = request.all()
        return createToken(await app.User.verifyCredentials(email, password))
      })
      router.post('/login_with_guard', async ({ auth, request }) => {
        const { email, password } = request.all()
        const user = await app.User.verifyCredentials(email, password)
        const token = await (auth.use('api' as never) as any).createToken(user)
        return { id: user.id, token: token.value!.release() }
      })
      router.post('/bring', async ({ guestUser, request }) => {
        const { email, password } = request.all()
        const user: any = await app.User.verifyCredentials(email, password)
        await guestUser.mergeInto(user)
        return createToken(user)
      })
      router.post('/signup', async ({ request }) => {
        return createToken(await app.User.create(request.all()))
      })
      router.post('/register', async ({ guestUser, request }) => {
        return createToken(await guestUser.register(request.all() as any))
      })
      router.post('/tokens', async ({ guestUser }) => createToken((await guestUser.user())!))
    },
  })
  const ann: any = await app.User.create(ANN)
  const guest: any = await app.guestUsers.create()
  await app.db.table('notes').insert({ user_id: guest.id, body: 'in the cart' })
  const client = new ApiClient(app.url, await app.createToken(guest))
  const ownerOfNote = async () => Number((await app.db.from('notes').firstOrFail()).user_id)
  return { app, ann, guest, client, ownerOfNote }
}

test.group('Signing in with a guest’s token', () => {
  test('merges, at {$self}')
    .with(['/login', '/login_with_guard', '/bring'])
    .run(async ({ assert, cleanup }, path) => {
      const { app, ann, guest, client, ownerOfNote } = await createApp()
      cleanup(() => app.close())

      const { id, token } = (await client.post(path, ANN)).json()
      assert.equal(id, ann.id)
      assert.equal(await ownerOfNote(), ann.id)
      assert.isNull(await app.User.find(guest.id))
      assert.equal((await client.get('/cart')).status, 401, 'the token of the guest is gone')

      client.token = token
      assert.deepInclude((await client.get('/cart')).json(), { id: ann.id, kind: 'regular' })
    })

  test('merges into the account that a signup creates', async ({ assert, cleanup }) => {
    const { app, guest, client, ownerOfNote } = await createApp()
    cleanup(() => app.close())
    const { id } = (await client.post('/signup', BOB)).json()
    assert.notEqual(id, guest.id)
    assert.equal(await ownerOfNote(), id)
  })

  test('merges without any middleware of auth', async ({ assert, cleanup }) => {
    const { app, ann, client, ownerOfNote } = await createApp({ silentAuth: false })
    cleanup(() => app.close())
    assert.equal((await client.post('/login', ANN)).status, 200)
    assert.equal(await ownerOfNote(), ann.id)
  })

  test('merges where the default guard uses tokens', async ({ assert, cleanup }) => {
    const { app, ann, client, ownerOfNote } = await createApp({ defaultGuard: 'api' })
    cleanup(() => app.close())
    assert.equal((await client.post('/login', ANN)).status, 200)
    assert.equal(await ownerOfNote(), ann.id)
  })

  test('merges a guest of a session who asks for a token', async ({ assert, cleanup }) => {
    const { app, ann } = await createApp()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    await app.db.from('notes').update({ user_id: id })

    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.equal(Number((await app.db.from('notes').firstOrFail()).user_id), ann.id)
    assert.isNull(await app.User.find(id))
  })

  test('leaves the guest whole when the merge fails, with mergeMode "{$self}"')
    .with(['automatic', 'strict'] as const)
    .run(async ({ assert, cleanup }, mergeMode) => {
      const { app, guest, client, ownerOfNote } = await createApp({
        guestUser: {
          mergeMode,
          merge: () => {
            throw new Error('the cart is being paid for')
          },
        },
      })
      cleanup(() => app.close())
      const { status } = await client.post('/login', ANN)
      assert.equal(status, mergeMode === 'strict' ? 500 : 200)
      assert.equal(await app.count('auth_access_tokens'), mergeMode === 'strict' ? 1 : 2)
      assert.equal(await ownerOfNote(), guest.id)
      assert.deepInclude((await client.get('/cart')).json(), { id: guest.id, kind: 'guest' })
    })

  test('leaves the guest alone with mergeMode "{$self}"')
    .with(['ask', 'off'] as const)
    .run(async ({ assert, cleanup }, mergeMode) => {
      const { app, guest, client, ownerOfNote } = await createApp({ guestUser: { mergeMode } })
      cleanup(() => app.close())
      assert.equal((await client.post('/login', ANN)).status, 200)
      assert.equal(await ownerOfNote(), guest.id)

      assert.equal((await client.post('/bring', ANN)).status, 200)
      assert.notEqual(await ownerOfNote(), guest.id)
    })

  test('takes nothing from a regular user, nor without a token', async ({ assert, cleanup }) => {
    const { app, ann, guest, ownerOfNote } = await createApp()
    cleanup(() => app.close())
    const bob: any = await app.User.create(BOB)
    await app.db.table('notes').insert({ user_id: bob.id, body: 'of Bob' })
    const client = new ApiClient(app.url, await app.createToken(bob))

    assert.equal((await client.post('/login', ANN)).status, 200)
    client.token = undefined
    assert.equal((await client.post('/login', ANN)).status, 200)
    assert.equal(await ownerOfNote(), guest.id)
    assert.isEmpty(await app.db.from('notes').where('user_id', ann.id))
    assert.isNotNull(await app.User.find(bob.id))
  })

  test('a guest may have several tokens', async ({ assert, cleanup }) => {
    const { app, guest, client, ownerOfNote } = await createApp()
    cleanup(() => app.close())
    assert.equal((await client.post('/tokens')).json().id, guest.id)
    assert.isTrue(await app.guestUsers.isGuest(guest))
    assert.equal(await ownerOfNote(), guest.id)
  })

  test('registering keeps the id, and begins no session', async ({ assert, cleanup }) => {
    const { app, guest, client, ownerOfNote } = await createApp()
    cleanup(() => app.close())
    const { id, token } = (await client.post('/register', BOB)).json()
    assert.equal(id, guest.id)
    assert.equal(await ownerOfNote(), guest.id)
    client.token = token
    assert.deepInclude((await client.get('/cart')).json(), { id, kind: 'regular' })
  })

  test('code outside a request creates tokens as ever', async ({ assert, cleanup }) => {
    const { app, ann, guest, ownerOfNote } = await createApp()
    cleanup(() => app.close())
    await app.createToken(ann)
    assert.equal(await ownerOfNote(), guest.id)
  })
})
