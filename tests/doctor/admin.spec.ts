import { test } from '@japa/runner'

import type { TestAppOptions } from '../app/test_app.ts'
import { createExaminedApp } from '../app/examined_app.ts'

const authorize = () => true

async function createApp(admin?: Record<string, unknown>, options: TestAppOptions = {}) {
  return createExaminedApp({
    ...options,
    guestUser: { admin },
    routes(_router, _middleware, guestUsers) {
      guestUsers.registerAdminRoutes('/admin/guests')
    },
  })
}

test.group('Doctor: admin pages', () => {
  test('admin-closed', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { code, severity, message, fix } = await app.findOne()
    assert.equal(code, 'admin-closed')
    assert.equal(severity, 'warning')
    assert.include(message, '/admin/guests')
    assert.include(fix, 'admin: { authorize: ({ auth }) =>')
  })

  test('admin-closed: in a group with a name, of a domain', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      routes(router, _middleware, guestUsers) {
        router
          .group(() => void guestUsers.registerAdminRoutes('/guests'))
          .prefix('/back')
          .as('back')
          .domain('office.example.com')
      },
    })
    cleanup(() => app.close())
    const { code, message } = await app.findOne()
    assert.equal(code, 'admin-closed')
    assert.include(message, '/back/guests')
  })

  test('nothing is wrong with pages that somebody may see', async ({ assert, cleanup }) => {
    const app = await createApp({ authorize, search: ['email'] })
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })

  test('invalid-search: {name}')
    .with([
      { name: 'nickname', problem: 'has no such column' },
      { name: 'id', problem: '"users.id" holds no text' },
    ])
    .run(async ({ assert, cleanup }, { name, problem }) => {
      const app = await createApp({ authorize, search: [name] })
      cleanup(() => app.close())
      const { code, severity, message } = await app.findOne()
      assert.equal(code, 'invalid-search')
      assert.equal(severity, 'error')
      assert.include(message, `"${name}"`)
      assert.include(message, problem)
    })

  test('unindexed-search, until the migration of the fix was run', async ({ assert, cleanup }) => {
    const app = await createApp({ authorize, search: ['email', 'fullName'] })
    cleanup(() => app.close())
    const finding = await app.findOne()
    assert.equal(finding.code, 'unindexed-search')
    assert.equal(finding.severity, 'warning')
    assert.include(finding.message, '"users.full_name" has no index')

    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })
})
