import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { findTakenColumns } from '../../src/database/taken_columns.ts'
import { createTestApp } from '../app/test_app.ts'

test.group('The conversion page, at its edges', () => {
  test('a taken value in a schema-qualified table', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createTestApp()
    cleanup(() => app.close())
    await app.User.create({ fullName: 'Ann', email: 'ann@example.com', password: 'x' })
    const error = await app.User.create({ email: 'ann@example.com', password: 'x' }).catch(
      (it) => it
    )
    assert.deepEqual(await findTakenColumns(app.db.connection(), 'public.users', error), ['email'])
  })

  test('a value that looks like the message of PostgreSQL', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createTestApp()
    cleanup(() => app.close())
    const email = 'a)=(b@example.com'
    await app.User.create({ email, password: 'x' })
    const error = await app.User.create({ email, password: 'x' }).catch((it) => it)
    assert.deepEqual(await findTakenColumns(app.db.connection(), 'users', error), ['email'])
  })
})
