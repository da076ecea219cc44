import { test } from '@japa/runner'

import { createTestApp } from '../app/test_app.ts'
import { hasGuestsTable } from '../../src/configure/guests_table.ts'

test.group('The guests table, while the package is configured', () => {
  test('is one with our columns', async ({ assert, cleanup }) => {
    const app = await createTestApp({ createTables: false })
    cleanup(() => app.close())
    const client = app.db.connection()
    assert.isFalse(await hasGuestsTable(client))

    // Of a hotel
    await client.schema.createTable('guests', (table) => {
      table.integer('user_id')
      table.integer('room')
    })
    assert.isFalse(await hasGuestsTable(client))
    await client.schema.alterTable('guests', (table) => {
      table.string('visit_key')
    })
    assert.isTrue(await hasGuestsTable(client))
  })
})
