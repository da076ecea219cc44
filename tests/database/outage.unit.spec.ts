import { test } from '@japa/runner'

import { isOutage } from '../../src/database/outage.ts'

function failWith(properties: object, message = 'failed'): Error {
  return Object.assign(new Error(message), properties)
}

test.group('A database that fails for now', () => {
  test('{name}')
    .with([
      { name: 'a server that shuts down', error: failWith({ code: '57P01' }) },
      { name: 'a deadlock', error: failWith({ code: '40P01' }) },
      { name: 'a lock timeout', error: failWith({ code: 'ER_LOCK_WAIT_TIMEOUT' }) },
      { name: 'a replica', error: failWith({ code: '25006' }) },
      { name: 'a read-only MySQL', error: failWith({ code: 'ER_OPTION_PREVENTS_STATEMENT' }) },
      { name: 'a killed connection', error: failWith({ errno: 1927, sqlState: '70100' }) },
      { name: 'a lost one', error: failWith({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }) },
      { name: 'a refused one', error: failWith({ code: 'ECONNREFUSED', syscall: 'connect' }) },
      { name: 'a cut one', error: failWith({}, 'select 1 - Connection terminated unexpectedly') },
      { name: 'a full pool', error: failWith({}, 'Knex: Timeout acquiring a connection.') },
      { name: 'a busy file', error: failWith({ code: 'SQLITE_BUSY' }) },
      { name: 'a full disk', error: failWith({ code: 'SQLITE_FULL' }) },
    ])
    .run(({ assert }, { error }) => {
      assert.isTrue(isOutage(error))
    })

  test('is not: {name}')
    .with([
      { name: 'a unique key', error: failWith({ code: '23505' }) },
      { name: 'a missing column', error: failWith({ code: '42703' }) },
      { name: 'a missing privilege', error: failWith({ code: 'ER_TABLEACCESS_DENIED_ERROR' }) },
      { name: 'a trigger', error: failWith({ code: 'SQLITE_CONSTRAINT_TRIGGER' }) },
      { name: 'a broken callback', error: new TypeError('x is not a function') },
      { name: 'an exception', error: failWith({ code: 'E_GUEST_MERGE_FAILED' }) },
      { name: 'nothing', error: undefined },
    ])
    .run(({ assert }, { error }) => {
      assert.isFalse(isOutage(error))
    })
})
