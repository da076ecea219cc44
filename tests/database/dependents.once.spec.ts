import { test } from '@japa/runner'

import { createTestApp } from '../app/test_app.ts'
import { Dependents } from '../../src/database/dependents.ts'

test.group('Dependents', () => {
  test('a catalogue that cannot be read is read again', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const client = app.db.connection()
    const dependents = new Dependents(client, 'users')

    const rawQuery = client.rawQuery.bind(client)
    client.rawQuery = () => {
      client.rawQuery = rawQuery
      throw new Error('the connection was lost')
    }
    await assert.rejects(() => dependents.keys(), 'the connection was lost')
    assert.isNotEmpty(await dependents.keys())
  })
})
