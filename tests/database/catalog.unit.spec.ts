import { test } from '@japa/runner'

import { isSqlite, splitQualifiedName } from '../../src/database/catalog.ts'

test.group('Names of tables', () => {
  test('"{name}" is "{table}" of "{schema}"')
    .with([
      { name: 'users', schema: '', table: 'users' },
      { name: 'shop.users', schema: 'shop', table: 'users' },
      { name: 'my.shop.users', schema: 'my.shop', table: 'users' },
    ])
    .run(({ assert }, { name, ...parts }) => {
      assert.deepEqual(splitQualifiedName(name), parts)
    })
})

test.group('SQLite', () => {
  test('{driver}: {expected}')
    .with([
      { driver: 'better-sqlite3', expected: true },
      { driver: 'sqlite3', expected: true },
      { driver: 'libsql', expected: true },
      { driver: 'postgres', expected: false },
      { driver: 'mysql', expected: false },
    ])
    .run(({ assert }, { driver, expected }) => {
      assert.equal(isSqlite({ dialect: { name: driver } } as never), expected)
    })
})
