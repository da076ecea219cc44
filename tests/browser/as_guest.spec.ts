import { test } from '@japa/runner'
import { authBrowserClient } from '@adonisjs/auth/plugins/browser_client'
import { sessionBrowserClient } from '@adonisjs/session/plugins/browser_client'

import { whoAmI } from '../app/who_am_i.ts'
import { installPlugins } from '../app/install_plugins.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { guestUserBrowserClient } from '../../src/plugins/japa/browser_client.ts'

test.group('Browser client', (group) => {
  let app: TestApp

  group.setup(async () => {
    app = await createTestApp({
      sessionStore: 'memory',
      routes: (router) => void router.get('/', whoAmI),
    })
    await installPlugins(
      app,
      sessionBrowserClient(app.app),
      authBrowserClient(app.app),
      guestUserBrowserClient(app.app)
    )
    return () => app.close()
  })

  test('signs a guest in', async ({ assert, visit, browserContext }) => {
    const guest = await app.guestUsers.create({ username: 'wanted' })
    await browserContext.asGuest(guest)
    const page = await visit(`${app.url}/`)
    const visitor = JSON.parse((await page.textContent('body'))!)
    assert.deepInclude(visitor, { name: 'wanted', kind: 'guest' })
  })

  test('refuses a regular user, and a context in which somebody is signed in', async ({
    assert,
    browserContext,
  }) => {
    const user: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    await assert.rejects(() => browserContext.asGuest(user), /"asGuest" needs a guest, and user/)

    await (browserContext as any).loginAs(user)
    await assert.rejects(() => browserContext.asGuest(), /in which nobody is signed in/)
  })

  test('makes a guest', async ({ assert, visit, browserContext }) => {
    const before = await app.count('guests')
    await browserContext.asGuest()
    const page = await visit(`${app.url}/`)
    assert.equal(JSON.parse((await page.textContent('body'))!).kind, 'guest')
    assert.equal(await app.count('guests'), before + 1)
  })
})
