import { test } from '@japa/runner'

import { GuestFactory } from '../../factories/main.ts'
import { createExaminedApp, findWithOptions } from '../app/examined_app.ts'

test.group('Doctor: a healthy application', () => {
  test('with {$self} keys has no findings')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createExaminedApp({ userKey, shield: true })
      cleanup(() => app.close())
      await new GuestFactory(app.app).createMany(2)
      assert.deepEqual(await app.find(), [])
    })

  test('stays as it is', async ({ assert, cleanup }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    const statements = await app.queries.during(() => app.find())
    assert.isAbove(statements.length, 5)
    assert.deepEqual(
      statements.filter((sql) => !/^\s*select/i.test(sql)),
      []
    )
  })
})

test.group('Doctor: config/guest_user.ts', () => {
  test('incomplete-transfer', async ({ assert }) => {
    const finding = await findWithOptions(() => ({ transfer: [] }))
    assert.equal(finding.code, 'incomplete-transfer')
    assert.equal(finding.severity, 'warning')
    assert.include(finding.message, 'notes.user_id')
    assert.include(finding.fix, '"transfer"')
  })
})
