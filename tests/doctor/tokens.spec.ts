import { test } from '@japa/runner'

import { createExaminedTokenApp } from '../app/examined_token_app.ts'

test.group('Doctor: tokens', () => {
  test('missing-tokens-table', async ({ assert, cleanup }) => {
    const app = await createExaminedTokenApp()
    cleanup(() => app.close())
    await app.db.connection().schema.dropTable('auth_access_tokens')
    const [finding, ...others] = await app.find()
    assert.deepEqual(others, [])
    assert.equal(finding.code, 'missing-tokens-table')
    assert.include(finding.message, '"auth_access_tokens"')
    assert.include(finding.fix, 'node ace migration:run')
  })
})
