import { test } from '@japa/runner'
import { Assert } from '@japa/assert'
import { ApiClient } from '@japa/api-client'
import { authApiClient } from '@adonisjs/auth/plugins/api_client'

import { whoAmI } from '../../app/who_am_i.ts'
import { createTokenApp } from '../../app/token_app.ts'
import { installPlugins } from '../../app/install_plugins.ts'
import { guestUserApiClient } from '../../../src/plugins/japa/api_client.ts'
import { authenticateGuestBySession } from '../../../src/plugins/japa/test_guest.ts'

const CREDENTIALS = { email: 'ann@example.com', password: 'secret12' }

test.group('API client, where the default guard uses tokens', (group) => {
  group.each.teardown(() => {
    ApiClient.clearSetupHooks()
    ApiClient.clearTeardownHooks()
    ApiClient.clearRequestHandlers()
  })

  async function createClient(guard?: 'api') {
    const app = await createTokenApp({
      defaultGuard: 'api',
      guestUser: { guard: guard as never },
      routes(router) {
        router.get('/', whoAmI)
        router.post('/signup', async ({ guestUser, request }) =>
          guestUser.register(request.only(['email', 'password']))
        )
      },
    })
    // No sessions are carried
    await installPlugins(app, authApiClient(app.app), guestUserApiClient(app.app))
    return { app, client: new ApiClient(app.url, new Assert()) }
  }

  test('sends the token of a guest', async ({ assert, cleanup }) => {
    const { app, client } = await createClient()
    cleanup(() => app.close())

    const made = await client.get('/').asGuest()
    assert.deepInclude(made.body(), { kind: 'guest', isAuthenticated: true })
    made.assertNoGuest()

    const guest = await app.guestUsers.create({ username: 'wanted' })
    const given = await client.post('/signup').json(CREDENTIALS).asGuest(guest)
    given.assertConverted(guest)
  })

  test('refuses a regular user, and a request with another token', async ({ assert, cleanup }) => {
    const { app, client } = await createClient()
    cleanup(() => app.close())
    const ann: any = await app.User.create(CREDENTIALS)
    await assert.rejects(
      async () => client.get('/').asGuest(ann),
      /"asGuest" needs a guest, and user 1 is none/
    )
    const token = await app.createToken(ann)
    for (const sent of [
      client.get('/').bearerToken(token).asGuest(),
      client.get('/').asGuest().header('Authorization', `Bearer ${token}`),
    ]) {
      await assert.rejects(async () => sent, /with an "Authorization" of its own/)
    }
    const both = (client.get('/') as any).loginAs(ann).asGuest()
    await assert.rejects(async () => both, /"asGuest" and "loginAs" were both called/)
  })

  test('a browser needs a session guard', async ({ assert, cleanup }) => {
    const { app } = await createClient('api')
    cleanup(() => app.close())
    await assert.rejects(
      () => authenticateGuestBySession(app.app),
      /cannot sign a browser in: the guests of the guard "api" send access tokens/
    )
  })
})
