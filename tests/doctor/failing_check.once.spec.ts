import { test } from '@japa/runner'

import { createExaminedApp } from '../app/examined_app.ts'

test.group('Doctor: a check that cannot be made', () => {
  test('check-failed: the others are made', async ({ assert, cleanup }) => {
    const { Guest } = await import('../../src/models/guest.ts')
    class BrokenGuest extends Guest {
      static table = 'guests'
    }
    BrokenGuest.boot()
    BrokenGuest.before('fetch', () => {
      throw new Error('a broken hook')
    })
    const app = await createExaminedApp({
      guestUser: { guestModel: async () => BrokenGuest, maxAge: '1h' },
    })
    cleanup(() => app.close())

    assert.deepEqual(await app.codes(), ['session-outlives-guest', 'check-failed'])
    const [, finding] = await app.find()
    assert.equal(finding.severity, 'warning')
    assert.match(finding.message, /"cleanup" could not be made: a broken hook/)
  })
})
