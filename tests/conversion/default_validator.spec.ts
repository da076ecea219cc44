import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { listConversionFields } from '../../src/conversion/default_validator.ts'
import { createTestApp } from '../app/test_app.ts'

test.group('The conversion page, at its edges', () => {
  test('fields of a schema-qualified table', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createTestApp()
    cleanup(() => app.close())
    app.User.table = 'public.users'
    const fields = await listConversionFields(app.User, 'password', app.db.connection())
    app.User.table = 'users'
    assert.isFalse(fields.find(({ name }) => name === 'fullName')!.isRequired)
  })
})
