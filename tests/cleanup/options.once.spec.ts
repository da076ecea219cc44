import { test } from '@japa/runner'

import { GuestFactory } from '../../factories/main.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp(options)
  return { app, guests: new GuestFactory(app.app) }
}

test.group('Cleanup', () => {
  test('takes maxAge from the configuration, else from the session', async ({
    assert,
    cleanup,
  }) => {
    const { app } = await createApp({ sessionAge: '5h' })
    assert.equal(app.guestUsers.expiry.maxAge, 5 * 3600 * 1000)
    await app.close()

    const { app: other } = await createApp({ guestUser: { maxAge: '30 days' } })
    cleanup(() => other.close())
    assert.equal(other.guestUsers.expiry.maxAge, 30 * 24 * 3600 * 1000)
  })

  test('refuses {option} {value}')
    .with([
      { option: 'batchSize', value: 0 },
      { option: 'batchSize', value: Number.NaN },
      { option: 'batchSize', value: 2.5 },
      { option: 'batchSize', value: 10_001 },
      { option: 'limit', value: 0 },
      { option: 'limit', value: 1.5 },
      { option: 'olderThan', value: 2_592_000 },
      { option: 'olderThan', value: '2592000' },
      { option: 'olderThan', value: '3000 years' },
      { option: 'olderThan', value: '0s' },
    ])
    .run(async ({ assert, cleanup }, { option, value }) => {
      const { app, guests } = await createApp()
      cleanup(() => app.close())
      await guests.expired().create()
      await assert.rejects(
        () => app.guestUsers.cleanup({ [option]: value }),
        new RegExp(`"${option}" of a cleanup must be a `)
      )
      assert.equal(await app.count('users'), 1)
    })
})
