import { test } from '@japa/runner'

import {
  isConnectionLost,
  lacksConnection,
  readDatabaseError,
  withoutValues,
} from '../../src/database/database_error.ts'

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

test.group('withoutValues', () => {
  test('{expected}')
    .with([
      {
        error: driverError(
          `insert into "users" ("email") values ('ann@example.com') - duplicate key value violates unique constraint "users_email_unique"`,
          { code: '23505', table: 'users', constraint: 'users_email_unique' }
        ),
        expected:
          'The database refused a statement (unique, 23505): table "users", constraint "users_email_unique"',
      },
      {
        error: driverError(
          `insert … 'ann@example.com' - Duplicate entry 'ann@example.com' for key 'users_email_unique'`,
          { code: 'ER_DUP_ENTRY' }
        ),
        expected:
          "The database refused a statement (unique, ER_DUP_ENTRY): for key 'users_email_unique'",
      },
      {
        error: driverError(`insert … 'ann@example.com' - UNIQUE constraint failed: users.email`, {
          code: 'SQLITE_CONSTRAINT_UNIQUE',
        }),
        expected:
          'The database refused a statement (unique, SQLITE_CONSTRAINT_UNIQUE): UNIQUE constraint failed: users.email',
      },
      {
        error: driverError(`update … 'ann@example.com' - value too long`, { code: '22001' }),
        expected: 'The database refused a statement (22001)',
      },
      {
        error: new TypeError(
          `insert into \`users\` (\`email\`) values ('ann@example.com') - SQLite3 can only bind strings`
        ),
        expected: 'The database cannot be asked - SQLite3 can only bind strings',
      },
      {
        error: driverError(
          `insert into "users" ("email") values ('ann@example.com') - read ECONNRESET`,
          { code: 'ECONNRESET' }
        ),
        expected: 'The database cannot be asked - read ECONNRESET',
      },
    ])
    .run(({ assert }, { error, expected }) => {
      const safe = withoutValues(error) as Error & { code?: string }
      assert.equal(safe.message, expected)
      assert.equal(safe.code, (error as { code?: string }).code)
      assert.isUndefined(safe.cause)
    })

  test('leaves other errors alone', ({ assert }) => {
    for (const code of ['EPIPE', 'E_NOT_A_GUEST', undefined]) {
      const error = driverError('boom', { code })
      assert.strictEqual(withoutValues(error), error)
    }
    const ofHook = new TypeError('Select a plan - the trial is over')
    assert.strictEqual(withoutValues(ofHook), ofHook)
    assert.isUndefined(withoutValues(undefined))
  })
})

test.group('A connection that ended before the answer', () => {
  const lost = [
    { error: { message: 'Connection terminated unexpectedly' } },
    { error: { code: 'ECONNRESET' } },
    { error: { code: '57P01', severity: 'FATAL' } },
    { error: { code: '08006', severity: 'FATAL' } },
    { error: { code: '40003', severity: 'ERROR' } },
    { error: { code: 'PROTOCOL_CONNECTION_LOST', fatal: true } },
    { error: { code: 'ER_CONNECTION_KILLED', sqlState: '70100' } },
  ]
  test('{$i}')
    .with(lost)
    .run(({ assert }, { error }) => {
      assert.isTrue(isConnectionLost(Object.assign(new Error(), error)))
    })
})

test.group('An answer of the database', () => {
  const answers = [
    { error: { code: '23503', severity: 'ERROR' } },
    { error: { code: '40001', severity: 'ERROR' } },
    { error: { code: 'ER_LOCK_DEADLOCK', sqlState: '40001' } },
    { error: { code: 'SQLITE_BUSY' } },
    { error: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } },
  ]
  test('{$i}')
    .with(answers)
    .run(({ assert }, { error }) => {
      assert.isFalse(isConnectionLost(Object.assign(new Error(), error)))
    })
})

test.group('A pool without a connection', () => {
  test('is told from what the database says', ({ assert }) => {
    const late = Object.assign(new Error('Knex: Timeout acquiring a connection'), {
      name: 'KnexTimeoutError',
    })
    assert.isTrue(lacksConnection(late))
    for (const message of ['aborted', 'timeout expired']) {
      assert.isTrue(lacksConnection(new Error(message)))
    }
    assert.isTrue(lacksConnection(driverError('connect ETIMEDOUT', { syscall: 'connect' })))
    assert.isTrue(lacksConnection(driverError('getaddrinfo ENOTFOUND', { syscall: 'getaddrinfo' })))
    assert.isFalse(lacksConnection(driverError('duplicate key', { code: '23505' })))
    assert.isFalse(lacksConnection(new Error('Connection terminated unexpectedly')))
  })
})
