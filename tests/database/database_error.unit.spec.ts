import { test } from '@japa/runner'

import { readDatabaseError } from '../../src/database/database_error.ts'

function driverError(message: string, properties: Record<string, unknown> = {}) {
  return Object.assign(new Error(message), properties)
}

test.group('readDatabaseError', () => {
  test('knows nothing of other errors', ({ assert }) => {
    assert.isNull(readDatabaseError(new Error('boom')))
    assert.isNull(readDatabaseError('boom'))
    assert.isNull(readDatabaseError(undefined))
  })

  test('reads PostgreSQL', ({ assert }) => {
    assert.deepEqual(
      readDatabaseError(
        driverError('null value', { code: '23502', table: 'users', column: 'email' })
      ),
      { kind: 'not_null', table: 'users', column: 'email' }
    )
    assert.deepEqual(
      readDatabaseError(driverError('relation "guests" does not exist', { code: '42P01' })),
      { kind: 'missing_table', table: 'guests' }
    )
  })

  test('reads MySQL and MariaDB', ({ assert }) => {
    assert.deepEqual(
      readDatabaseError(
        driverError("Field 'email' doesn't have a default value", {
          code: 'ER_NO_DEFAULT_FOR_FIELD',
        })
      ),
      { kind: 'not_null', table: undefined, column: 'email' }
    )
    assert.deepEqual(
      readDatabaseError(
        driverError("Table 'shop.guests' doesn't exist", { code: 'ER_NO_SUCH_TABLE' })
      ),
      { kind: 'missing_table', table: 'guests' }
    )
  })

  test('reads SQLite drivers that have one code for all constraints', ({ assert }) => {
    const read = (message: string) => {
      return readDatabaseError(driverError(message, { code: 'SQLITE_CONSTRAINT' }))?.kind
    }
    assert.equal(read('UNIQUE constraint failed: users.email'), 'unique')
    assert.equal(read('NOT NULL constraint failed: users.email'), 'not_null')
    assert.equal(read('FOREIGN KEY constraint failed'), 'foreign_key')
  })

  test('reads SQLite', ({ assert }) => {
    assert.deepEqual(
      readDatabaseError(
        driverError('insert … - NOT NULL constraint failed: users.email', {
          code: 'SQLITE_CONSTRAINT_NOTNULL',
        })
      ),
      { kind: 'not_null', table: 'users', column: 'email' }
    )
    assert.deepEqual(
      readDatabaseError(driverError('no such table: guests', { code: 'SQLITE_ERROR' })),
      { kind: 'missing_table', table: 'guests' }
    )
  })
})
