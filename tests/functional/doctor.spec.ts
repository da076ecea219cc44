import { test } from '@japa/runner'

import { examine } from '../../src/doctor/doctor.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

/**
 * What is found in an application that is healthy but for what the options say
 */
async function findAll(options: TestAppOptions = {}) {
  const app = await createTestApp({
    ...options,
    async prepare(parts) {
      if (options.createTables !== false) {
        await parts.db.connection().schema.alterTable('notes', (table) => table.index(['user_id']))
      }
      await options.prepare?.(parts)
    },
    routes(router, middleware, guestUsers) {
      router.get('/cart', () => 'cart').use(middleware.allowGuestUser())
      options.routes?.(router, middleware, guestUsers)
    },
  })
  try {
    return await examine(app.app)
  } finally {
    await app.close()
  }
}

test.group('Doctor', () => {
  test('finds nothing in a healthy application with {$self} keys')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert }, userKey) => {
      assert.deepEqual(await findAll({ userKey, shield: true }), [])
    })
})
