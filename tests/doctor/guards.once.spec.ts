import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'
import { sessionGuard, sessionUserProvider } from '@adonisjs/auth/session'

import { createExaminedApp } from '../app/examined_app.ts'

class Admin extends BaseModel {
  @column({ isPrimary: true })
  declare id: number
}

test.group('Doctor: guards', () => {
  test('guard-without-guests: a second guard with the same users', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({ secondGuard: true })
    cleanup(() => app.close())
    const finding = await app.findOne()
    assert.equal(finding.code, 'guard-without-guests')
    assert.equal(finding.severity, 'info')
    assert.include(finding.message, 'The guard "members" of "config/auth.ts"')
    assert.include(finding.fix, 'await guestUser.mergeInto(user)')
  })

  test('a guard for other users is no finding', async ({ assert, cleanup }) => {
    const provider = sessionUserProvider({ model: async () => ({ default: Admin }) })
    const app = await createExaminedApp({
      guards: { admin: sessionGuard({ useRememberMeTokens: false, provider }) as never },
    })
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })
})
