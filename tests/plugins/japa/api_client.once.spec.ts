import { test } from '@japa/runner'
import { ApiClient } from '@japa/api-client'
import { sessionApiClient } from '@adonisjs/session/plugins/api_client'

import { whoAmI } from '../../app/who_am_i.ts'
import { installPlugins } from '../../app/install_plugins.ts'
import { createTestApp } from '../../app/test_app.ts'
import { guestUserApiClient } from '../../../src/plugins/japa/api_client.ts'

test.group('API client', (group) => {
  group.each.teardown(() => {
    ApiClient.clearSetupHooks()
    ApiClient.clearTeardownHooks()
  })

  test('sends requests as a guest', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      sessionStore: 'memory',
      routes(router, middleware) {
        router.get('/why', whoAmI).use(middleware.guestUserRequired())
      },
    })
    cleanup(() => app.close())
    await installPlugins(app, sessionApiClient(app.app), guestUserApiClient(app.app))
    const client = new ApiClient(app.url)

    const made = await client.get('/why').asGuest()
    assert.equal(made.status(), 200)
    assert.deepInclude(made.body(), { kind: 'guest', isAuthenticated: true })

    const guest = await app.guestUsers.create({ username: 'wanted' })
    const given = await client.get('/why').asGuest(guest)
    assert.equal(given.body().name, 'wanted')

    const anonymous = await client.get('/why').accept('json')
    assert.equal(anonymous.status(), 401)
  })
})
