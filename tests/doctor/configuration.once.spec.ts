import { test } from '@japa/runner'
import { configProvider } from '@adonisjs/core'
import { BaseModel } from '@adonisjs/lucid/orm'
import { defineConfig as defineAuth } from '@adonisjs/auth'
import { defineConfig as defineSession, stores } from '@adonisjs/session'
import { basicAuthGuard, basicAuthUserProvider } from '@adonisjs/auth/basic_auth'

import { createExaminedApp, findWithOptions } from '../app/examined_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

/**
 * The one finding in an application whose config file was changed after it had
 * started, since it would not start with it
 */
async function findWith(config: Record<string, unknown>, options: TestAppOptions = {}) {
  const app = await createExaminedApp(options)
  try {
    for (const [file, value] of Object.entries(config)) {
      app.app.config.set(file, value)
    }
    return await app.findOne()
  } finally {
    await app.close()
  }
}

test.group('Doctor: config/guest_user.ts', () => {
  test('missing-config: {$self}')
    .with([undefined, { enabled: true }])
    .run(async ({ assert }, value) => {
      const finding = await findWith({ guest_user: value })
      assert.equal(finding.code, 'missing-config')
      assert.equal(finding.severity, 'error')
      assert.include(finding.message, '"config/guest_user.ts"')
      assert.include(finding.fix, 'node ace configure adonisjs-guest-user')
    })

  test('invalid-config: an option that is found wrong late', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ admin: { guard: 'staff' } }))
    assert.equal(finding.code, 'invalid-config')
    assert.match(finding.message, /"config\/guest_user\.ts".*"admin.guard" is "staff"/)
    assert.include(finding.fix, 'config/guest_user.ts')
  })

  test('wrong-guard: "{$self}"')
    .with(['admin', 'basic'])
    .run(async ({ assert }, guard) => {
      const finding = await findWithOptions(() => ({ guard }))
      assert.equal(finding.code, 'wrong-guard')
      assert.include(finding.message, `"${guard}"`)
      assert.include(finding.message, 'config/auth.ts')
      assert.include(finding.fix, "guard: 'web',")
    })

  test('wrong-guard: there is no session guard', async ({ assert }) => {
    const provider = basicAuthUserProvider({ model: async () => ({ default: null as never }) })
    const guards = { basic: basicAuthGuard({ provider }) }
    const finding = await findWith({ auth: defineAuth({ default: 'basic', guards }) })
    assert.equal(finding.code, 'wrong-guard')
    assert.match(finding.message, /"config\/auth\.ts" has none/)
    assert.include(finding.fix, 'node ace add @adonisjs/auth --guard=session')
  })

  test('wrong-guard: it signs in users of another model', async ({ assert }) => {
    const finding = await findWithOptions((User) => ({
      userModel: async () => {
        class Admin extends BaseModel {
          static table = 'users'
        }
        Admin.boot()
        for (const [name, options] of User.$columnsDefinitions) {
          Admin.$addColumn(name, options)
        }
        return Admin
      },
    }))
    assert.equal(finding.code, 'wrong-guard')
    assert.match(finding.message, /guard "web" of "config\/auth\.ts".*model "Admin"/)
    assert.include(finding.fix, 'sessionUserProvider({ model: () => import(')
  })

  test('invalid-user-model: {name}')
    .with([
      { name: 'cannot be imported', userModel: () => import('#models/' + 'nobody') },
      { name: 'is no model', userModel: async () => ({}) },
    ])
    .run(async ({ assert }, { userModel }) => {
      const finding = await findWithOptions(() => ({ userModel }))
      assert.equal(finding.code, 'invalid-user-model')
      assert.include(finding.message, '"userModel"')
      assert.include(finding.fix, "userModel: () => import('#models/user'),")
    })

  test('invalid-guest-model', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ guestModel: async () => ({}) }))
    assert.equal(finding.code, 'invalid-guest-model')
    assert.include(finding.message, '"guestModel"')
    assert.include(finding.fix, 'adonisjs-guest-user/models/guest')
  })

  test('invalid-password-column', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ passwordColumn: 'secret' }))
    assert.equal(finding.code, 'invalid-password-column')
    assert.include(finding.message, '"passwordColumn" is "secret"')
    assert.include(finding.fix, 'passwordColumn: null,')
  })

  test('invalid-transfer', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ transfer: ['carts'] }))
    assert.equal(finding.code, 'invalid-transfer')
    assert.include(finding.message, '"carts"')
    assert.include(finding.fix, '"transfer" of "config/guest_user.ts"')
  })

  test('disabled', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ enabled: false }))
    assert.equal(finding.code, 'disabled')
    assert.equal(finding.severity, 'info')
    assert.include(finding.fix, 'enabled: true,')
  })
})

test.group('Doctor: config/session.ts', () => {
  const sessionWith = (options: object) =>
    defineSession({ store: 'cookie', stores: { cookie: stores.cookie() }, ...options })

  test('invalid-session-config: {$i}')
    .with([
      undefined,
      { age: '2h' },
      configProvider.create(async () => {
        throw new Error('no such store')
      }),
    ])
    .run(async ({ assert }, session) => {
      const finding = await findWith({ session }, { guestUser: { maxAge: '30 days' } })
      assert.equal(finding.code, 'invalid-session-config')
      assert.include(finding.message, '"config/session.ts"')
      assert.include(finding.fix, 'node ace add @adonisjs/session')
    })

  test('session-disabled', async ({ assert }) => {
    const finding = await findWith({ session: sessionWith({ enabled: false }) })
    assert.equal(finding.code, 'session-disabled')
    assert.include(finding.message, '"config/session.ts"')
    assert.include(finding.fix, 'enabled: true,')
  })

  test('session-outlives-guest: {maxAge}, {expireBy}')
    .with([
      { maxAge: '119 minutes', expireBy: 'lastSeenAt', fix: "maxAge: '2h'," },
      { maxAge: '2 hours', expireBy: 'createdAt', fix: "expireBy: 'lastSeenAt'," },
    ] as const)
    .run(async ({ assert }, { fix, ...guestUser }) => {
      const finding = await findWith({}, { guestUser })
      assert.equal(finding.code, 'session-outlives-guest')
      assert.equal(finding.severity, 'warning')
      assert.include(finding.message, 'a session lives 2 hours from the last visit')
      assert.include(finding.message, '"maxAge"')
      assert.include(finding.fix, fix)
    })

  test('session-outlives-guest: a session age in seconds is written with its unit', async ({
    assert,
  }) => {
    const finding = await findWith(
      { session: sessionWith({ age: 7200 as never }) },
      { guestUser: { maxAge: '1 hour' } }
    )
    assert.include(finding.fix, "maxAge: '2 hours',")
  })

  test('a guest may live as long as a session, and longer: {maxAge}, {expireBy}')
    .with([
      { maxAge: '2 hours', expireBy: 'lastSeenAt' },
      { maxAge: '30 days', expireBy: 'createdAt' },
    ] as const)
    .run(async ({ assert, cleanup }, guestUser) => {
      const app = await createExaminedApp({ guestUser })
      cleanup(() => app.close())
      assert.deepEqual(await app.find(), [])
    })
})
